import SpikeBytes
public import SpikeDiagnostics
public import SpikeGraph

/// Reading and writing `.sfm` model files: a protobuf header (Schemas/model/model.proto) followed by
/// aligned tensor payloads. docs/model-file.md describes every byte.
///
/// The same model gives the same bytes, and writing what was read gives the file again.
public enum ModelFile {
  /// Writes `model` to `path`; the file is whole or not there.
  ///
  /// Writes only what ``read(path:)`` accepts: the model is checked first, with the same rules.
  /// - Throws: `model.invalid-value`, `model.invalid-graph`, `model.too-large`,
  ///   `model.unwritable`.
  /// - Complexity: O(bytes of the constants); one constant at a time is copied into memory.
  public static func write(_ model: Model, to path: String) throws(ModelFileError) {
    let plan: ModelWritePlan
    do throws(ModelFileError) {
      plan = try ModelWritePlan(model)
    } catch {
      throw error.located(in: Location(file: path))
    }
    do {
      try AtomicFile.write(count: plan.chunkCount, to: path, chunk: plan.chunk)
    } catch {
      throw ModelFileError(
        .unwritable, "The model file was not written.", at: Location(file: path), fix: error.fix,
        cause: error)
    }
  }

  /// The bytes that ``write(_:to:)`` would write.
  /// - Throws: `model.invalid-value`, `model.invalid-graph`, `model.too-large`.
  package static func encode(_ model: Model) throws(ModelFileError) -> [UInt8] {
    let plan = try ModelWritePlan(model)
    return (0..<plan.chunkCount).reduce(into: []) { $0 += plan.chunk($1) }
  }

  /// Reads the model at `path`. The file stays mapped: constants are slices of it.
  ///
  /// Everything is checked before it is returned: structure, checksums (every page is read once),
  /// names, attributes, and the shapes of the whole graph.
  /// - Throws: every `model.…` code except `model.unwritable`.
  /// - Complexity: O(bytes).
  public static func read(path: String) throws(ModelFileError) -> Model {
    let file = try map(path)
    do throws(ModelFileError) {
      return try ModelReader(file: file).model()
    } catch {
      throw error.located(in: Location(file: path))
    }
  }

  /// What the header of the file at `path` says about its own layout; payloads are not read.
  /// - Throws: every `model.…` code except `model.unwritable` and `model.invalid-graph`.
  public static func inspect(path: String) throws(ModelFileError) -> ModelFileSummary {
    let file = try map(path)
    do throws(ModelFileError) {
      return try ModelReader(file: file).summary()
    } catch {
      throw error.located(in: Location(file: path))
    }
  }

  /// Names of the attributes that an operator has in the file; for the test of the document.
  package static func attributeNames(of operator: Operator) -> [String] {
    `operator`.fileAttributes.map(\.name)
  }

  private static func map(_ path: String) throws(ModelFileError) -> MappedFile {
    do {
      return try MappedFile(path: path)
    } catch {
      throw ModelFileError(
        .unreadable, "The model file cannot be opened.", at: Location(file: path), fix: error.fix,
        cause: error)
    }
  }
}

/// The layout of a model file.
public struct ModelFileSummary: Hashable, Sendable {
  /// One constant in the file.
  public struct Constant: Hashable, Sendable {
    /// Name in the graph.
    public var name: String
    /// Scalar kind as stored.
    public var elementType: ElementType
    /// Sizes, outermost first.
    public var shape: Shape
    /// First byte of the payload, from the start of the file.
    public var offset: Int
    /// Bytes of the payload.
    public var byteCount: Int
  }

  /// Structural version of the file.
  public var version: Int
  /// Version of the schema that the header uses.
  public var irVersion: Int
  /// Bytes of the whole file.
  public var fileByteCount: Int
  /// Bytes of the protobuf header.
  public var messageByteCount: Int
  /// Constants in the order of their payloads.
  public var constants: [Constant]
}
