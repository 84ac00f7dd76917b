import SpikeGraph

extension ONNXOperator {
  /// `MatMul` of an activation `[N, …, I]` with a constant `[I, O]`, imported as
  /// ``Operator/linear`` on the last axis.
  ///
  /// The product of two activations (attention) is refused; two constants were folded before.
  static let matMul = ONNXOperator(
    "MatMul", versions: 7...newest, inputs: 2...2, becomes: "Linear; the second input is constant"
  ) { node throws(ImportError) in
    if case .activation? = node.operand(0), case .activation? = node.operand(1) {
      throw node.error(
        .unsupportedUse, "The node multiplies two activations (attention); spikes cannot.",
        fix: "replace attention by layers with constant weights, or cut the model with --until")
    }
    let input = try node.activation(0)
    let weight = try node.constant(1)
    guard weight.tensor.shape.rank == 2, input.shape.rank >= 1 else {
      throw node.error(
        .shapeMismatch,
        "The weight '\(weight.name)' has the shape \(weight.tensor.shape) and the input "
          + "\(input.shape) (without batch); a weight [I, O] and an input […, I] are allowed.",
        fix: "export the model again")
    }
    return .layer(
      .linear,
      [.weight: weight.derived("T", ConstantFolding.transposed(weight.tensor, order: [1, 0]))],
      reading: input)
  }
}
