import SpikeDiagnostics
import SpikeGraph

// Going from one layout to the other, and operators that are about layout.
extension ChannelsLastBuilder {
  /// The value with channels first; a vector stays as it is.
  mutating func channelsFirst(
    _ value: ChannelsLastValue, _ stem: String
  ) throws(GraphError) -> ChannelsLastValue {
    guard value.layout == .asInFile, value.shape.rank > 1 else { return value }
    var result = value
    result.layout = .channelsFirst
    let order = [value.shape.rank - 1] + Array(0..<value.shape.rank - 1)
    result.name = try moved(value, to: result.graphShape, order: order, "\(stem).channels-first")
    return result
  }

  /// The value with its elements in the order of the file.
  mutating func asInFile(
    _ value: ChannelsLastValue, _ stem: String
  ) throws(GraphError) -> ChannelsLastValue {
    var result = value
    result.layout = .asInFile
    switch value.layout {
    case .asInFile: break
    case .channelsFirst:
      let order = Array(1..<value.shape.rank) + [0]
      result.name = try moved(value, to: value.shape, order: order, "\(stem).channels-last")
    case .flattened(let shape):
      var image = value
      image.layout = .asInFile
      image.shape = shape
      image.name = try append(.reshape(shape), "\(stem).image", reading: [value]).name
      let order = Array(1..<shape.rank) + [0]
      image.name =
        try append(.transpose(order: order), "\(stem).channels-last", reading: [image]).name
      image.shape = Shape(order.map { shape[$0] })
      result.name = try append(.reshape(value.shape), "\(stem).flat", reading: [image]).name
    }
    return result
  }

  /// Moves the elements, or only renames the axes where they stay where they are.
  private mutating func moved(
    _ value: ChannelsLastValue, to shape: Shape, order: [Int], _ stem: String
  ) throws(GraphError) -> ValueName {
    if shape == value.graphShape { return value.name }
    let operation: Operator =
      ChannelsLastValue.isSameOrder(value.shape) ? .reshape(shape) : .transpose(order: order)
    return try append(operation, stem, reading: [value]).name
  }

  /// The same elements, in the order of the file, under another shape.
  mutating func reshape(
    _ value: ChannelsLastValue, to target: Shape, _ stem: String
  ) throws(GraphError) -> ChannelsLastValue {
    guard target.rank > 0, target.dimensions.allSatisfy({ $0 > 0 }),
      target.elementCount == value.shape.elementCount
    else {
      throw GraphError(
        .shapeMismatch,
        "\(value.shape.elementCount) elements of \(value.shape) do not fit \(target).")
    }
    if target == value.shape { return value }
    var source = value
    var layout = ChannelsLastValue.Layout.asInFile
    switch value.layout {
    case .channelsFirst where ChannelsLastValue.isSameOrder(value.shape):
      source.layout = .asInFile
      source.shape = value.graphShape
    case .channelsFirst where target.rank == 1: layout = .flattened(value.graphShape)
    // Axes of space change, each channel stays what it is.
    case .channelsFirst where target.dimensions.last == value.shape.dimensions.last:
      layout = .channelsFirst
    case .flattened(let shape) where target.rank > 1 && target.dimensions.last == shape[0]:
      layout = .channelsFirst
    case .channelsFirst, .flattened: source = try asInFile(value, stem)
    case .asInFile: break
    }
    // One channel: the image is channels first as it stands.
    if layout == .asInFile, target.rank > 1, target.dimensions.last == 1 { layout = .channelsFirst }
    var result = ChannelsLastValue(name: source.name, shape: target, layout: layout)
    if result.graphShape != source.graphShape {
      result.name = try append(.reshape(result.graphShape), stem, reading: [source]).name
    }
    return result
  }

  /// Axes in another order; `order[i]` is the axis of the file that becomes axis i.
  mutating func transpose(
    _ value: ChannelsLastValue, order: [Int], _ stem: String
  ) throws(GraphError) -> ChannelsLastValue {
    let rank = value.shape.rank
    guard order.sorted() == Array(0..<rank) else {
      throw GraphError(
        .invalidAttribute, "The order \(order) is no permutation of \(value.shape).")
    }
    let shape = Shape(order.map { value.shape[$0] })
    if order == Array(0..<rank) { return value }
    // To channels first and back: the graph has it that way already.
    if value.layout == .channelsFirst, order == [rank - 1] + Array(0..<rank - 1) {
      return ChannelsLastValue(name: value.name, shape: shape, layout: .asInFile)
    }
    if value.layout == .asInFile, order == Array(1..<rank) + [0] {
      return ChannelsLastValue(name: value.name, shape: shape, layout: .channelsFirst)
    }
    let source = try asInFile(value, stem)
    let made = try append(.transpose(order: order), stem, reading: [source])
    return ChannelsLastValue(name: made.name, shape: shape, layout: .asInFile)
  }

  /// Values in one layout, for operators that combine them element by element.
  mutating func aligned(
    _ values: [ChannelsLastValue], _ stem: String
  ) throws(GraphError) -> [ChannelsLastValue] {
    guard let first = values.first, values.contains(where: { $0.layout != first.layout }) else {
      return values
    }
    var result: [ChannelsLastValue] = []
    for value in values {
      result.append(
        value.shape.rank > 1 ? try channelsFirst(value, stem) : try asInFile(value, stem))
    }
    return result
  }

  /// A constant that broadcasts to a value by NumPy's rule, in the value's layout.
  func constant(
    _ tensor: Tensor, for value: ChannelsLastValue
  ) throws(GraphError) -> Tensor {
    if tensor.count == 1 { return tensor.reshaped(to: []) }
    guard value.shape.broadcast(with: tensor.shape) == value.shape else {
      throw GraphError(
        .shapeMismatch,
        "The constant of shape \(tensor.shape) does not broadcast to \(value.shape)."
      )
    }
    let missing = Array(repeating: 1, count: value.shape.rank - tensor.shape.rank)
    let whole = tensor.reshaped(to: Shape(missing + tensor.shape.dimensions))
    switch value.layout {
    case .asInFile: return tensor
    case .channelsFirst:
      let rank = value.shape.rank
      return ConstantFolding.transposed(whole, order: [rank - 1] + Array(0..<rank - 1))
    case .flattened(let shape):
      let image = tensor.reshaped(to: Shape(shape.dimensions.dropFirst() + [shape[0]]))
      let order = [shape.rank - 1] + Array(0..<shape.rank - 1)
      return ConstantFolding.transposed(image, order: order).reshaped(to: value.shape)
    }
  }
}
