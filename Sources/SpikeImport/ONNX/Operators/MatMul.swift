import SpikeGraph

extension ONNXOperator {
  /// `MatMul` of an activation `[N, …, I]` with a constant `[I, O]`, imported as
  /// ``Operator/linear`` on the last axis.
  ///
  /// The product of two activations (attention) is refused; two constants were folded before.
  static let matMul = ONNXOperator(
    "MatMul", versions: 1...newest, inputs: 2...2, becomes: "Linear; the second input is constant"
  ) { node throws(ImportError) in
    if case .activation? = node.operand(0), case .activation? = node.operand(1) {
      throw node.error(
        .unsupportedUse, "The node multiplies two activations (attention); spikes cannot.",
        fix: "replace attention by layers with constant weights, or cut the model with --until")
    }
    if let constants = node.constants, constants.count == 2 {
      guard let product = ConstantFolding.product(constants[0].tensor, constants[1].tensor) else {
        throw node.error(.shapeMismatch, "The matrices do not fit.", fix: "export the model again")
      }
      return .constant(product)
    }
    if case .activation? = node.operand(0), case .activation? = node.operand(1) {
      throw node.error(
        .unsupportedUse, "The node multiplies two activations (attention); spikes cannot.",
        fix: "replace attention by layers with constant weights, or cut the model with --until")
    }
    let input = try node.activation(0)
    var sketch = ONNXSketch(for: node)
    return sketch.translation(
      try sketch.linear(ONNXSketch.Value(input), try node.constant(1), for: node))
  }
}
