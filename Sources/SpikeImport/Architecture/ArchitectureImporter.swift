import Foundation
import SpikeBytes
public import SpikeDiagnostics
import SpikeGraph

/// Reads architectures in JSON (`Schemas/architecture/architecture.schema.json`) and joins them to the
/// numbers of a weights file.
///
/// Layers are named as the state dict of PyTorch names their modules; the shapes of all tensors follow
/// from the architecture, output channels that it does not state from the weights.
public enum ArchitectureImporter {
  /// What the command line may say of a network over time.
  public struct Options: Hashable, Sendable {
    /// Steps of an inference, in place of the file's.
    public var timeSteps: Int?
    /// Bits of what enters, in place of the file's.
    public var inputBits: Int?

    /// Makes options that say nothing.
    public init() {}
  }

  /// Largest architecture that is read, in bytes.
  public static let maximumByteCount = 1 << 22

  /// Imports a network: its architecture from `path`, its numbers from `weights`.
  ///
  /// - Returns: the model, at stage ``SpikeGraph/ModelStage/spiking`` where it has neurons, with an
  ///   empty history; what the file left open as numbered notes, and the findings of the join.
  /// - Throws: every `architecture.…` code, all mistakes of layers at once; every code of
  ///   ``WeightsJoin``.
  /// - Complexity: O(layers + weights).
  public static func read(
    path: String, weights: WeightsFile, options: Options = Options()
  ) throws -> ImportResult {
    do {
      return try read(bytes(of: path), weights: weights, options: options)
    } catch let error as ArchitectureError {
      var complete = error.located(in: Location(file: path))
      complete.findings = complete.findings.map { finding in
        var copy = finding
        copy.location = finding.location.filled(from: Location(file: path))
        return copy
      }
      throw complete
    }
  }

  /// Whether the name of a file says that it is an architecture.
  public static func recognises(path: String) -> Bool {
    path.lowercased().hasSuffix(".json")
  }

  /// The error for an architecture without weights.
  public static func missingWeights(path: String) -> ArchitectureError {
    ArchitectureError(
      .missingWeights, "The architecture has no numbers, and no weights are given.",
      at: Location(file: path), fix: "give the state dict with --weights, for example weights.pt")
  }

  /// Imports a network from the bytes of an architecture.
  package static func read(
    _ bytes: [UInt8], weights: WeightsFile, options: Options
  ) throws -> ImportResult {
    let outline = try ArchitectureOutline(value(of: bytes))
    let needed = outline.layers.flatMap { layer in
      layer.kind.tensors.values.map { "\(layer.name).\($0)" }
    }
    let names = WeightsNames(file: Set(weights.tensors.keys), graph: Set(needed))
    var builder = ArchitectureBuilder(outline, weights, names)
    // Sizes that are unknown hide the mistakes behind them; the first is what helps.
    for layer in outline.layers { try builder.add(layer) }
    builder.finish(with: outline.output)
    guard !builder.graph.nodes.isEmpty else {
      throw ArchitectureError(
        .invalidValue, "layers has nothing that computes; allowed is one layer or more.",
        fix: "add the layers of the network")
    }
    let joined = try WeightsJoin.join(
      builder.graph, shapes: builder.shapes, values: builder.valueShapes, with: weights)
    try check(joined.graph)
    let isSpiking = joined.graph.nodes.contains { $0.operator.isNeuron }
    let bits = options.inputBits ?? outline.inputBits
    let model = Model(
      graph: joined.graph, stage: isSpiking ? .spiking : .imported,
      encoding: isSpiking
        ? InputEncoding(scale: [1], offset: [0], bits: bits) : InputEncoding(bits: bits),
      timeSteps: isSpiking ? options.timeSteps ?? outline.timeSteps : nil)
    return ImportResult(
      model: model, findings: notes(builder.assumptions) + unused(outline) + joined.findings)
  }

  private static func bytes(of path: String) throws(ArchitectureError) -> [UInt8] {
    do throws(FileError) {
      let file = try MappedFile(path: path)
      return file.bytes(in: 0..<min(file.count, maximumByteCount + 1))
    } catch {
      throw ArchitectureError(
        .unreadable, "The architecture cannot be opened.", fix: error.fix, cause: error)
    }
  }

  private static func value(of bytes: [UInt8]) throws(ArchitectureError) -> JSONValue {
    guard bytes.count <= maximumByteCount else {
      throw ArchitectureError(
        .notJSON, "The architecture has more than \(maximumByteCount) bytes.",
        fix: "give an architecture, not a model or weights")
    }
    do {
      return try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    } catch {
      throw ArchitectureError(
        .notJSON, "The architecture is not valid JSON.",
        fix: "check it with a JSON validator and Schemas/architecture/architecture.schema.json")
    }
  }

  /// Proves the joined graph whole: what layers make and what the file has must agree.
  private static func check(_ graph: Graph) throws(ArchitectureError) {
    do throws(GraphError) {
      _ = try graph.inferredShapes()
    } catch {
      throw ArchitectureError(
        .shapeMismatch, error.message, at: error.location,
        fix: error.fix ?? "make names and sizes of the layers fit")
    }
    if let node = SoftmaxCheck.readerOfSoftmax(in: graph) {
      throw ArchitectureError(
        .shapeMismatch, "The layer reads the result of a softmax; softmax may only be the end.",
        at: Location(node: node.name, operator: node.operator.name),
        fix: "leave the softmax out, or name it as the output")
    }
  }

  private static func notes(_ assumptions: [ArchitectureAssumption]) -> [Finding] {
    assumptions.enumerated().map { index, assumption in
      Finding(
        .note, code: assumption.code,
        message: "Assumption \(index + 1) of \(assumptions.count): \(assumption.text)",
        fix: assumption.fix)
    }
  }

  private static func unused(_ outline: ArchitectureOutline) -> [Finding] {
    outline.unused.map {
      Finding(
        .warning, code: "architecture.unused-layer",
        message: "\($0.object.path) has no part in the output.", location: $0.object.layer,
        fix: "read it in another layer, or take it out")
    }
  }
}
