import SpikeGraph

extension TFLiteOperator {
  /// `QUANTIZE` of an activation: to integers, or from one grid to another.
  static let quantize = TFLiteOperator(
    "QUANTIZE", 114, inputs: 1...1, becomes: "Affine and Quantize"
  ) { translator, node throws(TFLiteError) in
    let x = try node.activation(0)
    return try translator.settle(
      x.value, factors: x.step.map { [$0] }, isMovement: true, node)
  }

  /// `DEQUANTIZE`: of a constant (float16 or integers) now, of an activation by its scale.
  static let dequantize = TFLiteOperator(
    "DEQUANTIZE", 6, inputs: 1...1, becomes: "Affine; a constant where the input is one"
  ) { translator, node throws(TFLiteError) in
    switch node.operands[0] {
    case .constant(var constant)?:
      if constant.isQuantized { translator.noteDequantization() }
      constant.tensor = constant.real
      constant.quantization = nil
      return .constant(constant)
    default:
      let x = try node.activation(0)
      return .activation(TFLiteActivation(value: try translator.real(x, node.name), step: nil))
    }
  }
}
