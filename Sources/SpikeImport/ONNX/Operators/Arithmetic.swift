import SpikeGraph

// `Add`, `Sub`, `Mul`, `Div` and `Sum`, element by element with broadcasting.
extension ONNXOperator {
  /// `Add`: two activations are a residual connection, an activation and a constant a bias.
  static let add = ONNXOperator(
    "Add", versions: 7...newest, inputs: 2...2,
    becomes: "Add of activations (residual), or a bias"
  ) { node throws(ImportError) in
    if let folded = try node.folded({ $0 + $1 }, { $0 &+ $1 }) { return folded }
    if case .activation(let first)? = node.operand(0),
      case .activation(let second)? = node.operand(1)
    {
      return .layer(.add, reading: first, second)
    }
    let (x, constant, _) = try node.activationAndConstant()
    return .layer(.affine, [.shift: constant], reading: x)
  }

  /// `Sub` with a constant on either side.
  static let sub = ONNXOperator(
    "Sub", versions: 7...newest, inputs: 2...2, becomes: "Affine; one input is constant"
  ) { node throws(ImportError) in
    if let folded = try node.folded({ $0 - $1 }, { $0 &- $1 }) { return folded }
    let (x, constant, isFirst) = try node.activationAndConstant()
    if isFirst {
      let minusOne = ONNXConstant(
        name: "\(node.name).scale", tensor: Tensor.scalar(-1), isDerived: true)
      return .layer(.affine, [.scale: minusOne, .shift: constant], reading: x)
    }
    let shift = constant.derived("negated", constant.tensor.scaled(by: -1))
    return .layer(.affine, [.shift: shift], reading: x)
  }

  /// `Mul` by a constant.
  static let mul = ONNXOperator(
    "Mul", versions: 7...newest, inputs: 2...2, becomes: "Affine; one input is constant"
  ) { node throws(ImportError) in
    if let folded = try node.folded({ $0 * $1 }, { $0 &* $1 }) { return folded }
    let (x, constant, _) = try node.activationAndConstant()
    return .layer(.affine, [.scale: constant], reading: x)
  }

  /// `Div` by a constant: x / c is imported as x · (1/c).
  static let div = ONNXOperator(
    "Div", versions: 7...newest, inputs: 2...2, becomes: "Affine; the second input is constant"
  ) { node throws(ImportError) in
    if let constants = node.constants, constants.count == 2,
      !constants[1].tensor.elementType.isFloat,
      constants[1].tensor.integers().contains(0)
    {
      throw node.error(
        .unsupportedUse, "The constant '\(constants[1].name)' divides by zero.",
        fix: "export the model again")
    }
    if let folded = try node.folded(
      { $0 / $1 }, { $0.dividedReportingOverflow(by: $1).partialValue })
    {
      return folded
    }
    let (x, constant, isFirst) = try node.activationAndConstant()
    let values = constant.tensor.floats()
    guard !isFirst, !values.contains(0) else {
      throw node.error(
        .unsupportedUse,
        isFirst
          ? "The node divides by an activation; spikes cannot."
          : "The constant '\(constant.name)' divides by zero.",
        fix: "replace the division before export, or cut the model with --until")
    }
    let inverse = Tensor(values.map { 1 / $0 }, shape: constant.tensor.shape)
    return .layer(.affine, [.scale: constant.derived("inverse", inverse)], reading: x)
  }

  /// `Sum` of activations of one shape.
  static let sum = ONNXOperator(
    "Sum", versions: 8...newest, inputs: 1...64, becomes: "Add of activations (residual)"
  ) { node throws(ImportError) in
    if node.operands.count == 1 { return .operand(0) }
    var summands: [ONNXActivation] = []
    for index in node.operands.indices { summands.append(try node.activation(index)) }
    return .layers([ONNXLayer(.add)], reading: summands)
  }
}

extension ONNXNode {
  /// Both operands constant: the result now.
  fileprivate func folded(
    _ floats: (Float, Float) -> Float, _ integers: (Int64, Int64) -> Int64
  ) throws(ImportError) -> ONNXTranslation? {
    guard let constants, constants.count == 2 else { return nil }
    let (first, second) = (constants[0], constants[1])
    guard let shape = first.tensor.shape.broadcast(with: second.tensor.shape) else {
      throw error(
        .shapeMismatch,
        "The constants '\(first.name)' \(first.tensor.shape) and '\(second.name)' "
          + "\(second.tensor.shape) do not broadcast.", fix: "export the model again")
    }
    try checkFolded(shape, from: constants)
    return .constant(
      ConstantFolding.combined(
        first.tensor, second.tensor, shape: shape, floats: floats, integers: integers))
  }

  /// One activation and one constant in either order, the constant ready for ``Operator/affine``.
  fileprivate func activationAndConstant() throws(ImportError) -> (
    ONNXActivation, ONNXConstant, constantIsFirst: Bool
  ) {
    switch (operand(0), operand(1)) {
    case (.activation(let x)?, .constant(let c)?):
      return (x, try constant(c, broadcastTo: x), false)
    case (.constant(let c)?, .activation(let x)?):
      return (x, try constant(c, broadcastTo: x), true)
    case (.activation?, .activation?):
      throw error(
        .unsupportedUse, "\(operatorName) of two activations has no counterpart in spikes.",
        fix: "use Add for residual connections, or constants; or cut the model with --until")
    default:
      throw error(.invalidNode, "An input is missing.", fix: "check it with onnx.checker")
    }
  }
}
