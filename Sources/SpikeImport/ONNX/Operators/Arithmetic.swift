import SpikeGraph

// `Add`, `Sub`, `Mul`, `Div`, `Sum` and `Mean`, element by element with broadcasting.
extension ONNXOperator {
  /// `Add` with the broadcasting of operator sets before 7.
  static let add1 = arithmetic("Add", versions: 1...6, addition) { node throws(ImportError) in
    try node.sum()
  }
  /// `Add`: two activations are a residual connection, an activation and a constant a bias.
  static let add7 = arithmetic("Add", versions: 7...newest, addition) { node throws(ImportError) in
    try node.sum()
  }
  /// `Sub` with the broadcasting of operator sets before 7.
  static let sub1 = arithmetic("Sub", versions: 1...6, subtraction) { node throws(ImportError) in
    try node.difference()
  }
  /// `Sub`.
  static let sub7 = arithmetic("Sub", versions: 7...newest, subtraction) {
    node throws(ImportError) in
    try node.difference()
  }
  /// `Mul` with the broadcasting of operator sets before 7.
  static let mul1 = arithmetic("Mul", versions: 1...6, product) { node throws(ImportError) in
    try node.product()
  }
  /// `Mul` by a constant; of activations, for networks that are not converted.
  static let mul7 = arithmetic("Mul", versions: 7...newest, product) { node throws(ImportError) in
    try node.product()
  }
  /// `Div` with the broadcasting of operator sets before 7.
  static let div1 = arithmetic("Div", versions: 1...6, quotient) { node throws(ImportError) in
    try node.quotient()
  }
  /// `Div` by a constant: x / c is imported as x · (1/c).
  static let div7 = arithmetic("Div", versions: 7...newest, quotient) { node throws(ImportError) in
    try node.quotient()
  }

  /// `Sum` of any number of activations and constants.
  static let sum = ONNXOperator(
    "Sum", versions: 1...newest, inputs: 1...64, becomes: "Add of activations (residual)"
  ) { node throws(ImportError) in
    try node.total(mean: false)
  }

  /// `Mean` of any number of activations and constants.
  static let mean = ONNXOperator(
    "Mean", versions: 1...newest, inputs: 1...64, becomes: "Add of activations, Affine"
  ) { node throws(ImportError) in
    try node.total(mean: true)
  }

  private static let addition = "Add of activations (residual), or a bias"
  private static let subtraction = "Affine, and Add for activations"
  private static let product = "Affine; Multiply for activations (not convertible)"
  private static let quotient = "Affine; Reciprocal and Multiply for activations (not convertible)"

  private static func arithmetic(
    _ name: String, versions: ClosedRange<Int>, _ becomes: String,
    _ build: @escaping @Sendable (ONNXNode) throws(ImportError) -> ONNXTranslation
  ) -> ONNXOperator {
    ONNXOperator(
      name, versions: versions, inputs: 2...2,
      attributes: versions.lowerBound < 7 ? ["axis", "broadcast"] : [], becomes: becomes,
      build: build)
  }
}

extension ONNXNode {
  fileprivate func sum() throws(ImportError) -> ONNXTranslation {
    var sketch = ONNXSketch(for: self)
    switch try operands(in: &sketch) {
    case .constants(let a, let b): return .constant(try folded(a, b, { $0 + $1 }, { $0 &+ $1 }))
    case .mixed(let x, let c, _): return sketch.translation(sketch.add(.affine, [.shift: c], x))
    case .activations(let a, let b): return sketch.translation(sketch.add(.add, [:], a, b))
    }
  }

  fileprivate func difference() throws(ImportError) -> ONNXTranslation {
    var sketch = ONNXSketch(for: self)
    switch try operands(in: &sketch) {
    case .constants(let a, let b): return .constant(try folded(a, b, { $0 - $1 }, { $0 &- $1 }))
    case .mixed(let x, let c, constantIsFirst: true):
      let parameters = [ParameterRole.scale: ONNXConstant(number: -1), .shift: c]
      return sketch.translation(sketch.add(.affine, parameters, x))
    case .mixed(let x, let c, constantIsFirst: false):
      let shift = c.derived("negated", c.tensor.scaled(by: -1))
      return sketch.translation(sketch.add(.affine, [.shift: shift], x))
    case .activations(let a, let b):
      let negative = sketch.affine(b, scale: -1)
      return sketch.translation(sketch.add(.add, [:], a, negative))
    }
  }

  fileprivate func product() throws(ImportError) -> ONNXTranslation {
    var sketch = ONNXSketch(for: self)
    switch try operands(in: &sketch) {
    case .constants(let a, let b): return .constant(try folded(a, b, { $0 * $1 }, { $0 &* $1 }))
    case .mixed(let x, let c, _): return sketch.translation(sketch.add(.affine, [.scale: c], x))
    case .activations(let a, let b): return sketch.translation(sketch.add(.multiply, [:], a, b))
    }
  }

  fileprivate func quotient() throws(ImportError) -> ONNXTranslation {
    var sketch = ONNXSketch(for: self)
    switch try operands(in: &sketch) {
    case .constants(let a, let b):
      if !b.tensor.elementType.isFloat, b.tensor.integers().contains(0) { throw zeroDivisor(b) }
      return .constant(
        try folded(a, b, { $0 / $1 }, { $0.dividedReportingOverflow(by: $1).partialValue }))
    case .mixed(let x, let c, constantIsFirst: false):
      let values = c.tensor.floats()
      if values.contains(0) { throw zeroDivisor(c) }
      let inverse = Tensor(values.map { 1 / $0 }, shape: c.tensor.shape)
      return sketch.translation(
        sketch.add(.affine, [.scale: c.derived("inverse", inverse)], x))
    case .mixed(let x, let c, constantIsFirst: true):
      let inverse = sketch.pointwise(x, .reciprocal)
      return sketch.translation(sketch.add(.affine, [.scale: c], inverse))
    case .activations(let a, let b):
      let inverse = sketch.pointwise(b, .reciprocal)
      return sketch.translation(sketch.add(.multiply, [:], a, inverse))
    }
  }

  private func zeroDivisor(_ constant: ONNXConstant) -> ImportError {
    error(
      .unsupportedUse, "The constant '\(constant.name)' divides by zero.",
      fix: "export the model again")
  }

  fileprivate func total(mean: Bool) throws(ImportError) -> ONNXTranslation {
    let factor = mean ? 1 / Float(operands.count) : 1
    if let constants {
      var sum = constants[0]
      for other in constants.dropFirst() {
        sum.tensor = try folded(sum, other, { $0 + $1 }, { $0 &+ $1 })
      }
      return .constant(factor == 1 ? sum.tensor : sum.tensor.scaled(by: factor))
    }
    if operands.count == 1 { return .operand(0) }
    var sketch = ONNXSketch(for: self)
    var activations: [ONNXActivation] = []
    var summands: [ONNXConstant] = []
    for operand in operands {
      switch operand {
      case .activation(let activation)?: activations.append(activation)
      case .constant(let constant)?: summands.append(constant)
      case nil: throw error(.invalidNode, "An input is missing.", fix: "check it with onnx.checker")
      }
    }
    let shape = try common(activations)
    let parts = activations.map { sketch.expanded(ONNXSketch.Value($0), to: shape) }
    var result = parts.count == 1 ? parts[0] : sketch.add(.add, [:], reading: parts)
    for summand in summands {
      let target = ONNXActivation(name: activations[0].name, shape: shape)
      result = sketch.add(.affine, [.shift: try constant(summand, broadcastTo: target)], result)
    }
    return sketch.translation(sketch.affine(result, scale: factor))
  }
}
