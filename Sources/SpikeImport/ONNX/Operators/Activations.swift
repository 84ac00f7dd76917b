import SpikeGraph

// Activation functions that have a counterpart in spikes.
extension ONNXOperator {
  /// `Relu`: max(x, 0).
  static let relu = ONNXOperator(
    "Relu", versions: 7...newest, inputs: 1...1, becomes: "Relu"
  ) { node throws(ImportError) in
    .layer(.relu, reading: try node.activation(0))
  }

  /// `LeakyRelu`: x above 0, alpha x below.
  static let leakyRelu = ONNXOperator(
    "LeakyRelu", versions: 7...newest, inputs: 1...1, attributes: ["alpha"], becomes: "LeakyRelu"
  ) { node throws(ImportError) in
    .layer(
      .leakyRelu(alpha: try node.float("alpha", default: 0.01)), reading: try node.activation(0))
  }

  /// `Clip` with attributes, before operator set 11.
  static let clip7 = ONNXOperator(
    "Clip", versions: 7...10, inputs: 1...1, attributes: ["max", "min"],
    becomes: "Clip (Relu6 is 0 to 6), or Relu where only 0 bounds it"
  ) { node throws(ImportError) in
    try node.clip(
      minimum: node.has("min") ? try node.float("min", default: 0) : nil,
      maximum: node.has("max") ? try node.float("max", default: 0) : nil)
  }

  /// `Clip` with bounds as inputs, since operator set 11.
  static let clip11 = ONNXOperator(
    "Clip", versions: 11...newest, inputs: 1...3,
    becomes: "Clip (Relu6 is 0 to 6), or Relu where only 0 bounds it"
  ) { node throws(ImportError) in
    try node.clip(minimum: try node.number(input: 1), maximum: try node.number(input: 2))
  }
}

extension ONNXNode {
  fileprivate func clip(minimum: Float?, maximum: Float?) throws(ImportError) -> ONNXTranslation {
    let largest = Float.greatestFiniteMagnitude
    let low = max(minimum ?? -largest, -largest)
    let high = min(maximum ?? largest, largest)
    guard low <= high else {
      throw error(
        .invalidAttribute, "The bounds are \(low) and \(high); the first may not be larger.",
        fix: "export the model again")
    }
    let input = try activation(0)
    if low == -largest && high == largest { return .operand(0) }
    return .layer(
      low == 0 && high == largest ? .relu : .clip(minimum: low, maximum: high), reading: input)
  }
}
