import SpikeGraph

// Operators that change nothing when a trained network runs.
extension ONNXOperator {
  /// `Identity`.
  static let identity = ONNXOperator(
    "Identity", versions: 7...newest, inputs: 1...1, becomes: "nothing (vanishes)"
  ) { _ throws(ImportError) in
    .operand(0)
  }

  /// `Dropout`, which does nothing at inference, before operator set 12.
  static let dropout7 = ONNXOperator(
    "Dropout", versions: 7...11, inputs: 1...1, attributes: ["ratio"],
    becomes: "nothing (vanishes)"
  ) { _ throws(ImportError) in
    .operand(0)
  }

  /// `Dropout` with ratio and training mode as inputs, since operator set 12.
  static let dropout12 = ONNXOperator(
    "Dropout", versions: 12...newest, inputs: 1...3, attributes: ["seed"],
    becomes: "nothing (vanishes); not in training mode"
  ) { node throws(ImportError) in
    if let training = try node.number(input: 2), training != 0 {
      throw node.error(
        .unsupportedUse, "The node drops values at random (training mode).",
        fix: "export the model in evaluation mode (model.eval())")
    }
    return .operand(0)
  }

  /// `Cast`: constants change their type, activations are real numbers anyway.
  static let cast = ONNXOperator(
    "Cast", versions: 7...newest, inputs: 1...1, attributes: ["round_mode", "saturate", "to"],
    becomes: "nothing for activations (to a float type), folded for constants"
  ) { node throws(ImportError) in
    let number = try node.integer("to")
    guard let type = ONNXElementType.type(number) else {
      throw node.wrongValue("to", ONNXElementType.name(number), "a float or integer type, or bool")
    }
    if case .constant(let constant)? = node.operand(0) {
      let tensor = constant.tensor
      if type == .bool {
        let values = tensor.floats().map { Int64($0 == 0 ? 0 : 1) }
        return .constant(Tensor(integers: values, shape: tensor.shape))
      }
      return .constant(
        type.isFloat
          ? Tensor(tensor.floats(), shape: tensor.shape)
          : Tensor(integers: tensor.integers(), shape: tensor.shape))
    }
    guard type.isFloat else {
      throw node.error(
        .unsupportedUse, "The node rounds an activation to \(type.rawValue).",
        fix: "remove the rounding before export, or cut the model with --until")
    }
    return .operand(0)
  }
}
