import SpikeGraph

extension TFLiteOperator {
  /// `RELU`.
  static let relu = clip("RELU", 19, TFLiteBounds(minimum: 0), becomes: "Relu")
  /// `RELU6`.
  static let relu6 = clip("RELU6", 21, TFLiteBounds(minimum: 0, maximum: 6), becomes: "Clip 0 to 6")
  /// `RELU_N1_TO_1`.
  static let reluN1To1 = clip(
    "RELU_N1_TO_1", 20, TFLiteBounds(minimum: -1, maximum: 1), becomes: "Clip -1 to 1")
  /// `RELU_0_TO_1`.
  static let relu0To1 = clip(
    "RELU_0_TO_1", 152, TFLiteBounds(minimum: 0, maximum: 1), becomes: "Clip 0 to 1")

  /// `LEAKY_RELU`.
  static let leakyRelu = TFLiteOperator(
    "LEAKY_RELU", 98, options: 75, inputs: 1...1, becomes: "LeakyRelu"
  ) { translator, node throws(TFLiteError) in
    let x = try node.activation(0)
    let slope = try node.float(0, default: 0)
    let made = try translator.build(node) { builder throws(GraphError) in
      try builder.appendElementwise(.leakyRelu(alpha: slope), node.name, reading: x.value)
    }
    return try translator.settle(made, factors: x.step.map { [$0] }, node)
  }

  private static func clip(
    _ name: String, _ code: Int, _ bounds: TFLiteBounds, becomes: String
  ) -> TFLiteOperator {
    TFLiteOperator(name, code, inputs: 1...1, becomes: becomes) {
      translator, node throws(TFLiteError) in
      let x = try node.activation(0)
      return try translator.settle(
        x.value, factors: x.step.map { [$0] }, bounds: bounds, node)
    }
  }
}
