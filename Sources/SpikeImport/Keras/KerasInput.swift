import SpikeDiagnostics
import SpikeGraph

/// What enters a model of Keras.
struct KerasInput {
  let name: String
  /// Shape of one sample, channels last.
  let shape: Shape
  /// Whether an input of two axes is a signal `[length, channels]`: a layer over one axis reads it.
  let isSignal: Bool

  /// - Throws: `keras.dynamic-shape`, `keras.too-large`, `keras.shape-mismatch`,
  ///   `keras.undefined-layer`.
  init(_ config: KerasModelConfig, _ options: KerasImportOptions) throws(KerasError) {
    let entry: KerasModelConfig.Record?
    if config.isSequential {
      entry = config.records.first
    } else {
      entry = config.records.first { $0.name == config.inputs.first?.layer }
    }
    guard let entry else {
      throw KerasError(
        .undefinedLayer, "The input of the model is no layer of it.", fix: "save the model again")
    }
    name = entry.className == "InputLayer" ? entry.name : "\(entry.name)_input"
    let said =
      entry.config["batch_shape"] ?? entry.config["batch_input_shape"] ?? config.buildShape
      ?? KerasInput.nestedShape(entry)
    let place = Location(node: entry.name, operator: entry.className)
    shape = try KerasInput.shape(said, given: options.inputShape, place)
    let readers = config.records.filter { record in
      config.isSequential
        ? record.className != "InputLayer"
        : record.calls.contains { $0.contains { $0.layer == entry.name } }
    }
    let first = config.isSequential ? Array(readers.prefix(1)) : readers
    isSignal = first.contains {
      $0.className.hasSuffix("1D") || $0.className == "BatchNormalization"
    }
  }

  /// The shape that a model at the beginning of a chain says.
  private static func nestedShape(_ entry: KerasModelConfig.Record) -> JSONValue? {
    guard KerasModelConfig.isModel(entry.className) else { return nil }
    let first = entry.config["layers"]?.elements?.first?["config"]
    return first?["batch_shape"] ?? first?["batch_input_shape"]
  }

  private static func shape(
    _ said: JSONValue?, given: [Int]?, _ place: Location
  ) throws(KerasError) -> Shape {
    let known = said?.elements?.dropFirst().map { element -> Int? in
      if case .integer(let size) = element { size } else { nil }
    }
    let sizes = given?.map { Optional($0) } ?? known ?? []
    if let given, let known {
      guard given.count == known.count, zip(given, known).allSatisfy({ $1 == nil || $0 == $1 })
      else {
        throw KerasError(
          .shapeMismatch,
          "--input-shape is \(given), channels last; the file says "
            + "\(known.map { $0.map(String.init) ?? "open" }).", at: place,
          fix: "leave --input-shape out, or fit it to the file")
      }
    }
    guard !sizes.isEmpty, sizes.allSatisfy({ ($0 ?? 0) > 0 }) else {
      throw KerasError(
        .dynamicShape,
        "The file does not say the whole shape of the input; only the batch may be open.",
        at: place,
        fix:
          "give it with --input-shape H,W,C (channels last), or save the model with a fixed shape")
    }
    let shape = Shape(sizes.compactMap { $0 })
    guard shape.rank < ChannelsLastBuilder.rankLimit, shape.elementCount <= Int(Int32.max) else {
      throw KerasError(
        .tooLarge, "The input has the shape \(shape).", at: place,
        fix: "check where the file comes from")
    }
    return shape
  }
}
