import SpikeGraph

// Operators that change nothing when a trained network runs.
extension ONNXOperator {
  /// `Identity`.
  static let identity = ONNXOperator(
    "Identity", versions: 1...newest, inputs: 1...1, becomes: "nothing (vanishes)"
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

  /// `Dropout` before operator set 7, which says by `is_test` that nothing is dropped.
  static let dropout1 = ONNXOperator(
    "Dropout", versions: 1...6, inputs: 1...1, attributes: ["is_test", "ratio"],
    becomes: "nothing (vanishes)"
  ) { node throws(ImportError) in
    guard try node.flag("is_test") else {
      throw node.wrongValue("is_test", "0", "1: export the model in evaluation mode")
    }
    return .operand(0)
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
    "Cast", versions: 6...newest, inputs: 1...1, attributes: ["round_mode", "saturate", "to"],
    becomes: "nothing for activations (to a float type), folded for constants"
  ) { node throws(ImportError) in
    let number = try node.integer("to")
    guard let type = ONNXElementType.type(number) else {
      throw node.wrongValue("to", ONNXElementType.name(number), "a float or integer type, or bool")
    }
    if case .constant(let constant)? = node.operand(0) {
      return .constant(constant.tensor.cast(to: type))
    }
    guard type.isFloat else {
      throw node.error(
        .unsupportedUse, "The node rounds an activation to \(type.rawValue).",
        fix: "remove the rounding before export, or cut the model with --until")
    }
    return .operand(0)
  }
}

extension ONNXOperator {
  /// `CastLike`: as `Cast`, to the type of another value.
  static let castLike = ONNXOperator(
    "CastLike", versions: 15...newest, inputs: 2...2, attributes: ["round_mode", "saturate"],
    becomes: "nothing for activations (to a float type), folded for constants"
  ) { node throws(ImportError) in
    let type: ElementType
    if case .constant(let like)? = node.operand(1) {
      type = like.tensor.elementType
    } else {
      type = .float32
    }
    if case .constant(let constant)? = node.operand(0) {
      return .constant(constant.tensor.cast(to: type))
    }
    guard type.isFloat else {
      throw node.error(
        .unsupportedUse, "The node rounds an activation to \(type.rawValue).",
        fix: "remove the rounding before export, or cut the model with --until")
    }
    return .operand(0)
  }
}

extension Tensor {
  /// The same numbers as another type; integers are truncated.
  fileprivate func cast(to type: ElementType) -> Tensor {
    if type == .bool {
      return Tensor(integers: floats().map { $0 == 0 ? 0 : 1 }, shape: shape)
    }
    if type.isFloat { return Tensor(floats(), shape: shape) }
    let values = integers()
    // Narrow integers keep their type: a zero point says by it what it belongs to.
    switch type {
    case .int8, .uint8:
      return Tensor(
        bytes: values.map { UInt8(truncatingIfNeeded: $0) }, elementType: type, shape: shape)
    case .int16, .uint16:
      let bytes = values.flatMap {
        [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
      }
      return Tensor(bytes: bytes, elementType: type, shape: shape)
    default: return Tensor(integers: values, shape: shape)
    }
  }
}
