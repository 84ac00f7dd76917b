import SpikeGraph

// At the end of a network only (the importer checks that). The result is in real numbers; TFLite would
// round probabilities to 256 steps, which moves no class in front of another.
extension TFLiteOperator {
  /// `SOFTMAX` along the last axis.
  static let softmax = TFLiteOperator(
    "SOFTMAX", 25, options: 9, inputs: 1...1, becomes: "Softmax, at the end of the network"
  ) { translator, node throws(TFLiteError) in
    let beta = try node.float(0, default: 0)
    guard beta == 1 else {
      throw node.error(
        .unsupportedUse, "The beta of the softmax is \(beta); allowed is 1.",
        fix: "scale the weights in front of the softmax instead")
    }
    return try translator.softmax(node, logarithm: false)
  }

  /// `LOG_SOFTMAX` along the last axis.
  static let logSoftmax = TFLiteOperator(
    "LOG_SOFTMAX", 50, inputs: 1...1, becomes: "LogSoftmax, at the end of the network"
  ) { translator, node throws(TFLiteError) in
    try translator.softmax(node, logarithm: true)
  }
}

extension TFLiteTranslator {
  fileprivate mutating func softmax(
    _ node: TFLiteNode, logarithm: Bool
  ) throws(TFLiteError) -> TFLiteValue {
    let x = try real(try node.activation(0), node.name)
    let made = try build(node) { builder throws(GraphError) in
      try builder.softmax(x, logarithm: logarithm, node.name)
    }
    return .activation(TFLiteActivation(value: made, step: nil))
  }
}
