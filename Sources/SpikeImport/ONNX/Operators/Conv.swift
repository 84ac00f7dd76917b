import SpikeGraph

extension ONNXOperator {
  /// `Conv`: y = W * x + b over one, two or three spatial axes, imported as ``Operator/convolution(_:)``.
  ///
  /// The weight `[O, I/groups, k…]` and the bias `[O]` must be constants. Three spatial axes become two
  /// with the depth in the channels.
  static let conv = ONNXOperator(
    "Conv", versions: 1...newest, inputs: 2...3, attributes: ONNXWindow.attributes + ["group"],
    becomes: "Convolution with groups and dilations; 3-D with the depth in the channels"
  ) { node throws(ImportError) in
    var sketch = ONNXSketch(for: node)
    let input = try node.activation(0)
    return sketch.translation(
      try sketch.convolution(
        ONNXSketch.Value(input), try node.convolution(node.constant(1), input.shape),
        weight: try node.constant(1), bias: try node.optionalConstant(2), for: node))
  }
}

extension ONNXNode {
  /// The geometry of `Conv` and its relatives, from the attributes and the weight.
  func convolution(_ weight: ONNXConstant, _ input: Shape) throws(ImportError) -> Convolution {
    let groups = try integer("group", default: 1)
    guard (3...5).contains(weight.tensor.shape.rank) else {
      throw error(
        .shapeMismatch,
        "The weight '\(weight.name)' has the shape \(weight.tensor.shape); [O, I/groups, k…] over one to "
          + "three axes is allowed.", fix: "export the model again")
    }
    guard (1...ONNXLimits.window).contains(groups) else {
      throw wrongValue("group", "\(groups)", "1 or more")
    }
    let window = try ONNXWindow(
      of: self, kernel: Array(weight.tensor.shape.dimensions.dropFirst(2)), input: input)
    return Convolution(
      kernel: window.kernel, strides: window.strides, padsBefore: window.padsBefore,
      padsAfter: window.padsAfter, dilations: window.dilations, groups: groups)
  }
}
