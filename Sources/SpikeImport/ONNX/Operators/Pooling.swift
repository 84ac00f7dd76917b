import SpikeGraph

// Pooling over spatial axes.
extension ONNXOperator {
  /// `MaxPool`; the second output (indices) is not supported.
  static let maxPool = ONNXOperator(
    "MaxPool", versions: 1...newest, inputs: 1...1,
    attributes: ONNXWindow.attributes + ["ceil_mode", "storage_order"],
    becomes: "MaxPool, over any number of axes"
  ) { node throws(ImportError) in
    // The order of the indices, which nobody reads.
    _ = try node.flag("storage_order")
    return try node.pooled { .maxPool($0) }
  }

  /// `AveragePool`, with or without the border in the mean.
  static let averagePool = ONNXOperator(
    "AveragePool", versions: 1...newest, inputs: 1...1,
    attributes: ONNXWindow.attributes + ["ceil_mode", "count_include_pad"],
    becomes: "AveragePool, over any number of axes"
  ) { node throws(ImportError) in
    try node.pooled { .averagePool($0) }
  }

  /// `LpPool`: the p-th root of the sum of p-th powers.
  static let lpPool = ONNXOperator(
    "LpPool", versions: 1...newest, inputs: 1...1,
    attributes: ONNXWindow.attributes + ["ceil_mode", "p"],
    becomes: "Power, SumPool, Power (not convertible)"
  ) { node throws(ImportError) in
    var sketch = ONNXSketch(for: node)
    let input = try node.activation(0)
    let pooling = try node.pooling(input)
    return sketch.translation(
      try sketch.norm(ONNXSketch.Value(input), try node.exponent()) {
        sketch, x throws(ImportError) in
        try sketch.pooled(x, pooling, { .sumPool($0) }, for: node)
      })
  }

  /// `GlobalAveragePool`: the mean over all spatial axes, which stay with size 1.
  static let globalAveragePool = ONNXOperator(
    "GlobalAveragePool", versions: 1...newest, inputs: 1...1,
    becomes: "AveragePool of the whole map"
  ) { node throws(ImportError) in
    var sketch = ONNXSketch(for: node)
    let (x, pooling) = try node.wholeMap()
    return sketch.translation(try sketch.pooled(x, pooling, { .averagePool($0) }, for: node))
  }

  /// `GlobalMaxPool`: the maximum over all spatial axes, which stay with size 1.
  static let globalMaxPool = ONNXOperator(
    "GlobalMaxPool", versions: 1...newest, inputs: 1...1, becomes: "MaxPool of the whole map"
  ) { node throws(ImportError) in
    var sketch = ONNXSketch(for: node)
    let (x, pooling) = try node.wholeMap()
    return sketch.translation(try sketch.pooled(x, pooling, { .maxPool($0) }, for: node))
  }

  /// `GlobalLpPool`: the p-norm over all spatial axes, which stay with size 1.
  static let globalLpPool = ONNXOperator(
    "GlobalLpPool", versions: 1...newest, inputs: 1...1, attributes: ["p"],
    becomes: "Power, SumPool, Power (not convertible)"
  ) { node throws(ImportError) in
    var sketch = ONNXSketch(for: node)
    let (x, pooling) = try node.wholeMap()
    return sketch.translation(
      try sketch.norm(x, try node.exponent()) { sketch, x throws(ImportError) in
        try sketch.pooled(x, pooling, { .sumPool($0) }, for: node)
      })
  }
}

extension ONNXSketch {
  /// The p-th root of what `sum` makes of the p-th powers of the magnitudes.
  mutating func norm(
    _ x: Value, _ p: Float, _ sum: (inout ONNXSketch, Value) throws(ImportError) -> Value
  ) throws(ImportError) -> Value {
    // An even power does not see the sign.
    let magnitude = p == 2 ? x : absolute(x)
    let powers = p == 1 ? magnitude : pointwise(magnitude, .power, alpha: p)
    let total = try sum(&self, powers)
    return p == 1 ? total : pointwise(total, .power, alpha: 1 / p)
  }

  /// |x| = relu(x) + relu(-x).
  mutating func absolute(_ x: Value) -> Value {
    let above = add(.relu, [:], x)
    let below = add(.relu, [:], affine(x, scale: -1))
    return add(.add, [:], above, below)
  }
}

extension ONNXNode {
  fileprivate func pooled(
    _ pool: (Pooling) -> Operator
  ) throws(ImportError) -> ONNXTranslation {
    var sketch = ONNXSketch(for: self)
    let input = try activation(0)
    return sketch.translation(
      try sketch.pooled(ONNXSketch.Value(input), try pooling(input), pool, for: self))
  }

  fileprivate func pooling(_ input: ONNXActivation) throws(ImportError) -> Pooling {
    let window = try ONNXWindow(of: self, kernel: nil, input: input.shape)
    return Pooling(
      kernel: window.kernel, strides: window.strides, padsBefore: window.padsBefore,
      padsAfter: window.padsAfter, dilations: window.dilations,
      roundsUp: try flag("ceil_mode"), countsPadding: try flag("count_include_pad"))
  }

  /// The p of a norm, a float in operator set 1.
  fileprivate func exponent() throws(ImportError) -> Float {
    let p = version < 2 ? try float("p", default: 2) : Float(try integer("p", default: 2))
    guard p >= 1, p <= 16 else { throw wrongValue("p", "\(p)", "1 to 16") }
    return p
  }

  fileprivate func wholeMap() throws(ImportError) -> (ONNXSketch.Value, Pooling) {
    let input = try activation(0)
    guard input.shape.rank >= 2, !input.shape.dimensions.contains(0) else {
      throw error(
        .unsupportedUse,
        "The input has the shape \(input.shape) (without batch); [C, L], [C, H, W] … are allowed.",
        fix: "use inputs with spatial axes")
    }
    return (ONNXSketch.Value(input), Pooling(kernel: Array(input.shape.dimensions.dropFirst())))
  }
}
