import SpikeDiagnostics
import SpikeGraph

// The layers that both dialects have.
extension ChannelsLastBuilder {
  /// A matrix product on the last axis: weight `[out, in]` with the columns in the order of the file.
  ///
  /// Behind a flattened image the columns are permuted; on an image it is a convolution of one place.
  mutating func dense(
    _ value: ChannelsLastValue, weight: Tensor, bias: Tensor?, _ stem: String
  ) throws(GraphError) -> ChannelsLastValue {
    guard weight.shape.rank == 2, value.shape.dimensions.last == weight.shape[1] else {
      throw GraphError(
        .shapeMismatch,
        "A weight of shape \(weight.shape) ([out, in]) does not fit an input of shape \(value.shape)."
      )
    }
    var parameters = [ParameterRole.weight: weight]
    parameters[.bias] = bias
    let outputs = weight.shape[0]
    switch value.layout {
    case .asInFile:
      let made = try append(.linear, stem, reading: [value], parameters)
      return ChannelsLastValue(name: made.name, shape: made.shape, layout: .asInFile)
    case .flattened(let shape):
      let image = weight.reshaped(to: Shape([outputs] + shape.dimensions.dropFirst() + [shape[0]]))
      let order = [0, shape.rank] + Array(1..<shape.rank)
      parameters[.weight] = ConstantFolding.transposed(image, order: order)
        .reshaped(to: weight.shape)
      let made = try append(.linear, stem, reading: [value], parameters)
      return ChannelsLastValue(name: made.name, shape: made.shape, layout: .asInFile)
    case .channelsFirst:
      let ones = Array(repeating: 1, count: value.shape.rank - 1)
      parameters[.weight] = weight.reshaped(to: Shape(weight.shape.dimensions + ones))
      return try appendSpatial(
        .convolution(Convolution(kernel: ones)), stem, reading: value, parameters)
    }
  }

  /// y = scale ⊙ x + shift with constants in the layout of the file.
  mutating func affine(
    _ value: ChannelsLastValue, scale: Tensor? = nil, shift: Tensor? = nil, _ stem: String
  ) throws(GraphError) -> ChannelsLastValue {
    var parameters: [ParameterRole: Tensor] = [:]
    if let scale { parameters[.scale] = try constant(scale, for: value) }
    if let shift { parameters[.shift] = try constant(shift, for: value) }
    return try appendElementwise(.affine, stem, reading: value, parameters)
  }

  /// The sum of activations of one shape.
  mutating func add(
    _ values: [ChannelsLastValue], _ stem: String
  ) throws(GraphError) -> ChannelsLastValue {
    guard values.count > 1 else { return values[0] }
    let summands = try aligned(values, stem)
    var result = summands[0]
    result.name = try append(.add, stem, reading: summands).name
    return result
  }

  /// Values joined along an axis of the file.
  mutating func concatenate(
    _ values: [ChannelsLastValue], axis: Int, _ stem: String
  ) throws(GraphError) -> ChannelsLastValue {
    guard values[0].shape.dimensions.indices.contains(axis) else {
      throw GraphError(.invalidAttribute, "Axis \(axis) is outside \(values[0].shape).")
    }
    if values.count == 1 { return values[0] }
    var parts: [ChannelsLastValue] = []
    let isVector = values[0].shape.rank == 1
    for value in values {
      parts.append(isVector ? try asInFile(value, stem) : try channelsFirst(value, stem))
    }
    let made = try append(
      .concatenate(axis: parts[0].graphAxis(axis)), stem, reading: parts)
    var result = parts[0]
    result.name = made.name
    result.shape =
      isVector ? made.shape : Shape(made.shape.dimensions.dropFirst() + [made.shape[0]])
    return result
  }

  /// The mean or maximum over all axes of space, which vanish or stay with size 1.
  mutating func global(
    _ value: ChannelsLastValue, isMaximum: Bool, keepsAxes: Bool, _ stem: String
  ) throws(GraphError) -> ChannelsLastValue {
    let window = Pooling(kernel: Array(value.shape.dimensions.dropLast()))
    let pooled = try appendSpatial(
      isMaximum ? .maxPool(window) : .averagePool(window), stem, reading: value)
    guard !keepsAxes, let channels = value.shape.dimensions.last else { return pooled }
    return try reshape(pooled, to: [channels], "\(stem).flat")
  }

  /// A border of one value; `before` and `after` for each axis of the file.
  mutating func pad(
    _ value: ChannelsLastValue, before: [Int], after: [Int], with number: Float, _ stem: String
  ) throws(GraphError) -> ChannelsLastValue {
    guard before.count == value.shape.rank, after.count == before.count else {
      throw GraphError(
        .invalidAttribute, "Pads need one number for each axis of \(value.shape).")
    }
    if before.allSatisfy({ $0 == 0 }) && after.allSatisfy({ $0 == 0 }) { return value }
    let isVector = value.shape.rank == 1
    let source = isVector ? try asInFile(value, stem) : try channelsFirst(value, stem)
    func turned(_ pads: [Int]) -> [Int] {
      source.layout == .channelsFirst ? pads.suffix(1) + pads.dropLast() : pads
    }
    let made = try append(
      .pad(before: turned(before), after: turned(after), value: number), stem, reading: [source])
    var result = source
    result.name = made.name
    result.shape = Shape(
      value.shape.dimensions.indices.map { value.shape[$0] + before[$0] + after[$0] })
    return result
  }

  /// Softmax along the last axis, for the end of a network.
  mutating func softmax(
    _ value: ChannelsLastValue, logarithm: Bool = false, _ stem: String
  ) throws(GraphError) -> ChannelsLastValue {
    let source = value.shape.rank == 1 ? try asInFile(value, stem) : value
    let axis = source.graphAxis(source.shape.rank - 1)
    return try appendElementwise(
      .softmax(axis: axis, logarithm: logarithm), stem, reading: source)
  }
}
