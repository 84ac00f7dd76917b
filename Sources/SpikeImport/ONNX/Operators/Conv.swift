import SpikeGraph

extension ONNXOperator {
  /// `Conv`: y = W * x + b over one or two spatial axes, imported as ``Operator/convolution(_:)``.
  ///
  /// The weight `[O, I/groups, k…]` and the bias `[O]` must be constants. Three spatial axes are
  /// refused: no chip that sfconv knows has them.
  static let conv = ONNXOperator(
    "Conv", versions: 7...newest, inputs: 2...3, attributes: ONNXWindow.attributes + ["group"],
    becomes: "Convolution, 1-D and 2-D, with groups and dilations"
  ) { node throws(ImportError) in
    let input = try node.activation(0)
    let weight = try node.constant(1)
    let groups = try node.integer("group", default: 1)
    guard weight.tensor.shape.rank >= 3 else {
      throw node.error(
        .shapeMismatch,
        "The weight '\(weight.name)' has the shape \(weight.tensor.shape); [O, I/groups, k…] is "
          + "allowed.", fix: "export the model again")
    }
    guard (1...ONNXLimits.window).contains(groups) else {
      throw node.wrongValue("group", "\(groups)", "1 or more")
    }
    let window = try ONNXWindow(
      of: node, kernel: Array(weight.tensor.shape.dimensions.dropFirst(2)), input: input.shape)
    var parameters = [ParameterRole.weight: weight]
    if let bias = try node.optionalConstant(2) { parameters[.bias] = bias }
    return .layer(
      .convolution(
        Convolution(
          kernel: window.kernel, strides: window.strides, padsBefore: window.padsBefore,
          padsAfter: window.padsAfter, dilations: window.dilations, groups: groups)),
      parameters, reading: input)
  }
}
