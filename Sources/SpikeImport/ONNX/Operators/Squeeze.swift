import SpikeGraph

// `Squeeze` and `Unsqueeze`: axes of size 1 that go and come; the elements stay where they are.
extension ONNXOperator {
  /// `Squeeze` with axes as an attribute, before operator set 13.
  static let squeeze1 = ONNXOperator(
    "Squeeze", versions: 1...12, inputs: 1...1, attributes: ["axes"],
    becomes: "Reshape; not of the batch axis"
  ) { node throws(ImportError) in
    try node.squeezed(axes: try node.integers("axes"))
  }

  /// `Squeeze` with axes as an input, since operator set 13.
  static let squeeze13 = ONNXOperator(
    "Squeeze", versions: 13...newest, inputs: 1...2, becomes: "Reshape; not of the batch axis"
  ) { node throws(ImportError) in
    try node.squeezed(axes: try node.integers(input: 1))
  }

  /// `Unsqueeze` with axes as an attribute, before operator set 13.
  static let unsqueeze1 = ONNXOperator(
    "Unsqueeze", versions: 1...12, inputs: 1...1, attributes: ["axes"],
    becomes: "Reshape; not before the batch axis"
  ) { node throws(ImportError) in
    try node.unsqueezed(axes: try node.integers("axes") ?? [])
  }

  /// `Unsqueeze` with axes as an input, since operator set 13.
  static let unsqueeze13 = ONNXOperator(
    "Unsqueeze", versions: 13...newest, inputs: 2...2, becomes: "Reshape; not before the batch axis"
  ) { node throws(ImportError) in
    try node.unsqueezed(axes: try node.integers(input: 1) ?? [])
  }
}

extension ONNXNode {
  fileprivate func squeezed(axes given: [Int]?) throws(ImportError) -> ONNXTranslation {
    switch operand(0) {
    case .constant(let constant)?:
      let sizes = constant.tensor.shape.dimensions
      let axes = try given.map { axes throws(ImportError) in try self.axes(axes, rank: sizes.count)
      }
      return .constant(constant.tensor.reshaped(to: Shape(try without(axes, sizes))))
    default:
      let input = try activation(0)
      guard let given else {
        // Without axes ONNX also drops a batch of size 1, which is no property of the network.
        guard batchSize != 1 else { throw batchError("drops all axes of size 1, the batch too") }
        return .layer(
          .reshape(Shape(try without(nil, input.shape.dimensions))), reading: input)
      }
      var axes: [Int] = []
      for axis in try self.axes(given, rank: input.shape.rank + 1) {
        axes.append(try sampleAxis(axis, of: input))
      }
      return .layer(.reshape(Shape(try without(axes, input.shape.dimensions))), reading: input)
    }
  }

  private func without(_ axes: [Int]?, _ sizes: [Int]) throws(ImportError) -> [Int] {
    let axes = axes ?? sizes.indices.filter { sizes[$0] == 1 }
    if let wrong = axes.first(where: { sizes[$0] != 1 }) {
      throw error(
        .shapeMismatch, "An axis of size \(sizes[wrong]) cannot be removed; only size 1 can.",
        fix: "export the model again")
    }
    return sizes.indices.filter { !axes.contains($0) }.map { sizes[$0] }
  }

  fileprivate func unsqueezed(axes given: [Int]) throws(ImportError) -> ONNXTranslation {
    guard given.count <= ONNXLimits.rank else {
      throw wrongValue("axes", "\(given.count) axes", "at most \(ONNXLimits.rank)")
    }
    func widened(_ sizes: [Int]) throws(ImportError) -> [Int] {
      var result = sizes
      for axis in try axes(given, rank: sizes.count + given.count) { result.insert(1, at: axis) }
      return result
    }
    switch operand(0) {
    case .constant(let constant)?:
      return .constant(
        constant.tensor.reshaped(to: Shape(try widened(constant.tensor.shape.dimensions))))
    default:
      let input = try activation(0)
      if try axes(given, rank: input.shape.rank + 1 + given.count).contains(0) {
        throw batchError("adds an axis before the batch")
      }
      // The batch stands in as one axis in front, so that positions count as in the file.
      let sizes = try widened([1] + input.shape.dimensions)
      return .layer(.reshape(Shape(Array(sizes.dropFirst()))), reading: input)
    }
  }
}
