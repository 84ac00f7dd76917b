import SpikeGraph

// Activation functions that have a counterpart in spikes.
extension ONNXOperator {
  /// `Relu`: max(x, 0).
  static let relu = ONNXOperator(
    "Relu", versions: 1...newest, inputs: 1...1, becomes: "Relu"
  ) { node throws(ImportError) in
    if let folded = node.mapped({ max($0, 0) }) { return folded }
    return .layer(.relu, reading: try node.activation(0))
  }

  /// `LeakyRelu`: x above 0, alpha x below.
  static let leakyRelu = ONNXOperator(
    "LeakyRelu", versions: 1...newest, inputs: 1...1, attributes: ["alpha"], becomes: "LeakyRelu"
  ) { node throws(ImportError) in
    let alpha = try node.float("alpha", default: 0.01)
    if let folded = node.mapped({ $0 < 0 ? alpha * $0 : $0 }) { return folded }
    return .layer(.leakyRelu(alpha: alpha), reading: try node.activation(0))
  }

  /// `PRelu` with one slope for each channel, before operator set 7.
  static let pRelu1 = ONNXOperator(
    "PRelu", versions: 1...6, inputs: 2...2,
    becomes: "LeakyRelu, or relu(x) - slope · relu(-x)"
  ) { node throws(ImportError) in
    try node.parametricRelu()
  }

  /// `PRelu` with slopes that broadcast.
  static let pRelu7 = ONNXOperator(
    "PRelu", versions: 7...newest, inputs: 2...2,
    becomes: "LeakyRelu, or relu(x) - slope · relu(-x)"
  ) { node throws(ImportError) in
    try node.parametricRelu()
  }

  /// `Abs`: relu(x) + relu(-x).
  static let absolute = ONNXOperator(
    "Abs", versions: 1...newest, inputs: 1...1, becomes: "a sum of two Relu"
  ) { node throws(ImportError) in
    if let folded = node.mapped({ Swift.abs($0) }) { return folded }
    var sketch = ONNXSketch(for: node)
    let x = ONNXSketch.Value(try node.activation(0))
    let above = sketch.add(.relu, [:], x)
    let below = sketch.add(.relu, [:], sketch.affine(x, scale: -1))
    return sketch.translation(sketch.add(.add, [:], above, below))
  }

  /// `Neg`.
  static let neg = ONNXOperator(
    "Neg", versions: 1...newest, inputs: 1...1, becomes: "Affine"
  ) { node throws(ImportError) in
    if let folded = node.mapped({ -$0 }) { return folded }
    var sketch = ONNXSketch(for: node)
    return sketch.translation(sketch.affine(ONNXSketch.Value(try node.activation(0)), scale: -1))
  }

  /// `HardSigmoid`: alpha x + beta, clipped to 0 and 1.
  static let hardSigmoid = ONNXOperator(
    "HardSigmoid", versions: 1...newest, inputs: 1...1, attributes: ["alpha", "beta"],
    becomes: "Affine, Clip from 0 to 1"
  ) { node throws(ImportError) in
    let alpha = try node.float("alpha", default: 0.2)
    let beta = try node.float("beta", default: 0.5)
    if let folded = node.mapped({ min(max(alpha * $0 + beta, 0), 1) }) { return folded }
    var sketch = ONNXSketch(for: node)
    let line = sketch.affine(ONNXSketch.Value(try node.activation(0)), scale: alpha, shift: beta)
    return sketch.translation(sketch.add(.clip(minimum: 0, maximum: 1), [:], line))
  }

  /// `Clip` with attributes, before operator set 11.
  static let clip1 = ONNXOperator(
    "Clip", versions: 1...10, inputs: 1...1, attributes: ["max", "min"],
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
  /// A constant operand with a function of every element; nil for an activation.
  func mapped(_ function: (Float) -> Float) -> ONNXTranslation? {
    guard case .constant(let constant)? = operand(0) else { return nil }
    return .constant(constant.tensor.mapped(function))
  }

  fileprivate func parametricRelu() throws(ImportError) -> ONNXTranslation {
    let input = try activation(0)
    var slope = try constant(1)
    let values = slope.tensor.floats()
    if let first = values.first, values.allSatisfy({ $0 == first }) {
      return .layer(.leakyRelu(alpha: first), reading: input)
    }
    if version < 7, slope.tensor.shape.rank == 1 {
      let sizes =
        slope.tensor.shape.dimensions + Array(repeating: 1, count: max(0, input.shape.rank - 1))
      slope.tensor = slope.tensor.reshaped(to: Shape(sizes))
    }
    slope = try constant(slope, broadcastTo: input)
    let factor = slope.derived("negated", slope.tensor.scaled(by: -1))
    var sketch = ONNXSketch(for: self)
    let x = ONNXSketch.Value(input)
    let above = sketch.add(.relu, [:], x)
    let below = sketch.add(.relu, [:], sketch.affine(x, scale: -1))
    let scaled = sketch.add(.affine, [.scale: factor], below)
    return sketch.translation(sketch.add(.add, [:], above, scaled))
  }

  fileprivate func clip(minimum: Float?, maximum: Float?) throws(ImportError) -> ONNXTranslation {
    let largest = Float.greatestFiniteMagnitude
    let low = max(minimum ?? -largest, -largest)
    let high = min(maximum ?? largest, largest)
    if let folded = mapped({ min(max($0, low), high) }) { return folded }
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
