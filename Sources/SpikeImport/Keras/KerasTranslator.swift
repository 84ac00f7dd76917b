import SpikeDiagnostics
import SpikeGraph

/// Turns the layers of a model into those of a graph; models inside of models are unfolded.
///
/// A layer that fails is noted, and what reads from it is skipped, so that one run names every
/// independent mistake.
struct KerasTranslator {
  private(set) var builder: ChannelsLastBuilder
  /// Errors in the order in which layers were met.
  private(set) var failures: [KerasError] = []
  private var layersLeft = KerasModelConfig.layerLimit

  /// Models that may lie inside each other.
  private static let depthLimit = 16

  init(input: String, shape: Shape, keepsOrder: Bool) {
    builder = ChannelsLastBuilder(input: input, shape: shape, keepsOrder: keepsOrder)
  }

  /// The value that a model makes of one; nil where a layer before it failed.
  /// - Throws: mistakes of the model as a whole: `keras.several-…`, `keras.undefined-layer`,
  ///   `keras.no-network`, `keras.too-large`.
  mutating func model(
    _ config: KerasModelConfig, _ weights: KerasFile.Weights, reading input: ChannelsLastValue,
    prefix: String, depth: Int
  ) throws(KerasError) -> ChannelsLastValue? {
    layersLeft -= config.records.count
    guard depth <= KerasTranslator.depthLimit, layersLeft >= 0 else {
      throw KerasError(
        .tooLarge,
        "Models lie more than \(KerasTranslator.depthLimit) deep in each other, or have "
          + "more than \(KerasModelConfig.layerLimit) layers.",
        fix: "check where the file comes from")
    }
    var scope = KerasScope(weights)
    let places = config.records.map { scope.next($0) }
    let plan = try KerasPlan(config)
    var values: [KerasModelConfig.Source: ChannelsLastValue] = [:]
    for call in plan.order {
      let record = config.records[call.record]
      let made = KerasModelConfig.Source(layer: record.name, call: call.number)
      if call.isInput {
        values[made] = input
        continue
      }
      let operands = call.reads.compactMap { values[$0] }
      guard operands.count == call.reads.count else { continue }
      let (layerWeights, inner) = places[call.record]
      let layer = KerasLayer(
        name: prefix + record.name, className: record.className, config: record.config,
        weights: layerWeights)
      do throws(KerasError) {
        if KerasModelConfig.isModel(record.className) {
          guard operands.count == 1 else { throw wrongCount(layer, operands.count, 1...1) }
          let nested = try KerasModelConfig(
            .object(["class_name": .text(record.className), "config": record.config]))
          values[made] = try model(
            nested, inner ?? weights, reading: operands[0], prefix: "\(layer.name).",
            depth: depth + 1)
        } else {
          values[made] = try self.layer(layer, operands)
        }
      } catch {
        failures.append(error.located(in: layer.location))
      }
    }
    return values[plan.output]
  }

  private mutating func layer(
    _ layer: KerasLayer, _ operands: [ChannelsLastValue]
  ) throws(KerasError) -> ChannelsLastValue {
    guard let row = KerasLayerTable.row(layer.className) else {
      throw KerasLayerTable.refusal(of: layer)
    }
    guard row.inputs.contains(operands.count) else {
      throw wrongCount(layer, operands.count, row.inputs)
    }
    return try row.build(&self, layer, operands)
  }

  private func wrongCount(
    _ layer: KerasLayer, _ count: Int, _ allowed: ClosedRange<Int>
  ) -> KerasError {
    layer.error(
      .invalidField,
      "The layer reads \(count) values; allowed are \(allowed.lowerBound) to \(allowed.upperBound).",
      fix: "save the model again")
  }
}

// The words in which rows speak.
extension KerasTranslator {
  /// Does something with the builder, outside of layers.
  mutating func withBuilder<Result>(
    _ body: (inout ChannelsLastBuilder) throws(GraphError) -> Result
  ) throws(GraphError) -> Result {
    try body(&builder)
  }

  /// Does something with the builder; its errors get the place of the layer.
  mutating func build<Result>(
    _ layer: KerasLayer, _ body: (inout ChannelsLastBuilder) throws(GraphError) -> Result
  ) throws(KerasError) -> Result {
    do throws(GraphError) {
      return try body(&builder)
    } catch {
      throw layer.error(
        error.code == .tooLarge ? .tooLarge : .shapeMismatch, error.message,
        fix: error.fix ?? "save the model again")
    }
  }

  /// The activation function that is a field of a layer.
  mutating func activated(
    _ value: ChannelsLastValue, _ layer: KerasLayer
  ) throws(KerasError) -> ChannelsLastValue {
    let name: String
    switch layer.field("activation") {
    case nil: return value
    case .text(let text)?: name = text
    case .object(let function)?:
      name = function["config"]?.string ?? function["class_name"]?.string ?? ""
    default: throw layer.wrong("activation", "the name of a function")
    }
    let operation: Operator
    switch name {
    case "linear": return value
    case "relu": operation = .relu
    case "relu6": operation = .clip(minimum: 0, maximum: 6)
    // tf.keras.activations.leaky_relu of Keras 3 has this slope.
    case "leaky_relu": operation = .leakyRelu(alpha: 0.2)
    case "softmax", "log_softmax":
      return try build(layer) { builder throws(GraphError) in
        try builder.softmax(value, logarithm: name == "log_softmax", layer.name)
      }
    default:
      throw layer.error(
        .unsupportedUse,
        "The activation '\(name.prefix(64))' has no spiking counterpart; allowed are relu, relu6, "
          + "leaky_relu, linear, and softmax at the end.",
        fix: "train the network with relu or relu6 in its place")
    }
    return try build(layer) { builder throws(GraphError) in
      try builder.appendElementwise(operation, layer.name, reading: value)
    }
  }

  /// The shape of the input of a layer that wants so many axes.
  func checkRank(_ value: ChannelsLastValue, _ rank: Int, _ layer: KerasLayer) throws(KerasError) {
    guard value.shape.rank == rank else {
      throw layer.error(
        .shapeMismatch,
        "The input has the shape \(value.shape) (without batch); \(rank) axes are allowed.",
        fix: "save the model again")
    }
  }
}
