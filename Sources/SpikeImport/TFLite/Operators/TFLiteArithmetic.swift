import SpikeGraph

extension TFLiteOperator {
  /// `ADD` of activations, or of a constant.
  static let add = TFLiteOperator(
    "ADD", 0, options: 11, inputs: 2...2, becomes: "Add (residual), or Affine with a constant"
  ) { translator, node throws(TFLiteError) in
    try translator.sum(node, sign: 1)
  }

  /// `SUB` of activations, or with a constant on either side.
  static let sub = TFLiteOperator(
    "SUB", 41, options: 28, inputs: 2...2, becomes: "Affine; one input is constant"
  ) { translator, node throws(TFLiteError) in
    try translator.sum(node, sign: -1)
  }

  /// `MUL` by a constant.
  static let mul = TFLiteOperator(
    "MUL", 18, options: 21, inputs: 2...2, becomes: "Affine; one input is constant"
  ) { translator, node throws(TFLiteError) in
    let bounds = try node.fusedActivation(0)
    let x: TFLiteActivation
    let constant: TFLiteConstant
    switch (node.operands[0], node.operands[1]) {
    case (.activation(let activation)?, .constant(let other)?),
      (.constant(let other)?, .activation(let activation)?):
      (x, constant) = (activation, other)
    default: throw node.twoOfAKind()
    }
    let numbers = constant.real
    let made = try translator.build(node) { builder throws(GraphError) in
      try builder.affine(x.value, scale: numbers, node.name)
    }
    if constant.isQuantized, x.step == nil { translator.noteDequantization() }
    return try translator.settle(made, factors: x.step.map { [$0] }, bounds: bounds, node)
  }
}

extension TFLiteTranslator {
  /// The first input plus or minus the second.
  fileprivate mutating func sum(
    _ node: TFLiteNode, sign: Float
  ) throws(TFLiteError) -> TFLiteValue {
    let bounds = try node.fusedActivation(0)
    // In quantised networks each summand goes to the grid of the result before they meet.
    let grid = keepsIntegers ? try grid(of: node.output) : nil
    var summands: [ChannelsLastValue] = []
    var shift: (numbers: Tensor, sign: Float)?
    for (index, operand) in node.operands.enumerated() {
      let factor = index == 0 ? 1 : sign
      switch operand {
      case .activation(let x)?:
        let scale = factor * (x.step ?? 1) / (grid?.step ?? 1)
        summands.append(
          scale == 1
            ? x.value
            : try build(node) { builder throws(GraphError) in
              try builder.affine(
                x.value, scale: .scalar(scale), "\(node.name).summand\(index)")
            })
      case .constant(let constant)?:
        if constant.isQuantized { noteConstant(grid == nil) }
        shift = (constant.real, factor / (grid?.step ?? 1))
      case nil: throw node.twoOfAKind()
      }
    }
    guard let first = summands.first else { throw node.twoOfAKind() }
    let operands = summands
    let made = try build(node) { [shift] builder throws(GraphError) in
      if let shift {
        let numbers = Tensor(
          shift.numbers.floats().map { $0 * shift.sign }, shape: shift.numbers.shape)
        return try builder.affine(first, shift: numbers, node.name)
      }
      return try builder.add(operands, node.name)
    }
    return try settle(made, factors: grid.map { [$0.step] }, bounds: bounds, node)
  }

  private mutating func noteConstant(_ becomesReal: Bool) {
    if becomesReal { noteDequantization() }
  }
}

extension TFLiteNode {
  fileprivate func twoOfAKind() -> TFLiteError {
    error(
      .unsupportedUse,
      "\(operatorName) of two activations or two constants has no counterpart in spikes.",
      fix: "use ADD for residual connections, or one constant")
  }
}
