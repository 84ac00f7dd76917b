import SpikeGraph

// Reductions over axes: pools of whole axes for activations, folded for constants.
extension ONNXOperator {
  /// Two rows for each reduction: axes as an attribute, and as an input.
  static let reductions: [ONNXOperator] = Reduction.allCases.flatMap { reduction in
    [
      ONNXOperator(
        reduction.rawValue, versions: 1...reduction.inputVersion - 1, inputs: 1...1,
        attributes: ["axes", "keepdims"], becomes: reduction.becomes
      ) { node throws(ImportError) in
        try node.reduced(reduction, axes: try node.integers("axes"))
      },
      ONNXOperator(
        reduction.rawValue, versions: reduction.inputVersion...newest, inputs: 1...2,
        attributes: ["keepdims", "noop_with_empty_axes"], becomes: reduction.becomes
      ) { node throws(ImportError) in
        let axes = try node.integers(input: 1) ?? []
        if axes.isEmpty, try node.flag("noop_with_empty_axes") {
          return try node.reduced(reduction, axes: [])
        }
        return try node.reduced(reduction, axes: axes.isEmpty ? nil : axes)
      },
    ]
  }
}

/// What a reduction computes of the elements of a slice.
private enum Reduction: String, CaseIterable {
  case l1 = "ReduceL1"
  case l2 = "ReduceL2"
  case logarithmOfSum = "ReduceLogSum"
  case logarithmOfExponentials = "ReduceLogSumExp"
  case maximum = "ReduceMax"
  case mean = "ReduceMean"
  case minimum = "ReduceMin"
  case product = "ReduceProd"
  case sum = "ReduceSum"
  case sumOfSquares = "ReduceSumSquare"

  /// Operator set in which the axes became an input.
  var inputVersion: Int { self == .sum ? 13 : 18 }

  var becomes: String {
    switch self {
    case .mean: "AveragePool along axes, and Reshape where axes vanish"
    case .sum: "SumPool along axes, and Reshape where axes vanish"
    case .maximum: "MaxPool along axes, and Reshape where axes vanish"
    case .minimum: "Affine, MaxPool, Affine"
    case .l1: "two Relu, Add, SumPool"
    case .product: "a constant; the input is constant"
    default: "SumPool between functions (not convertible)"
    }
  }

  func value(_ x: [Double]) -> Double {
    switch self {
    case .l1: return x.reduce(0) { $0 + abs($1) }
    case .l2: return x.reduce(0) { $0 + $1 * $1 }.squareRoot()
    case .logarithmOfSum: return Double(Pointwise(.logarithm)(Float(x.reduce(0, +))))
    case .logarithmOfExponentials:
      guard let top = x.max(), top.isFinite else { return x.max() ?? -.infinity }
      let sum = x.reduce(0) { $0 + Double(Pointwise(.exponential)(Float($1 - top))) }
      return top + Double(Pointwise(.logarithm)(Float(sum)))
    case .maximum: return x.max() ?? -.infinity
    case .mean: return x.reduce(0, +) / Double(x.count)
    case .minimum: return x.min() ?? .infinity
    case .product: return x.reduce(1, *)
    case .sum: return x.reduce(0, +)
    case .sumOfSquares: return x.reduce(0) { $0 + $1 * $1 }
    }
  }

  func drawn(
    _ x: ONNXSketch.Value, _ axes: [Int], in sketch: inout ONNXSketch, for node: ONNXNode
  ) throws(ImportError) -> ONNXSketch.Value {
    func sum(_ value: ONNXSketch.Value) -> ONNXSketch.Value {
      sketch.reduced(value, axes: axes) { .sumPool($0) }
    }
    switch self {
    case .mean: return sketch.reduced(x, axes: axes) { .averagePool($0) }
    case .maximum: return sketch.reduced(x, axes: axes) { .maxPool($0) }
    case .minimum:
      let negative = sketch.reduced(sketch.affine(x, scale: -1), axes: axes) { .maxPool($0) }
      return sketch.affine(negative, scale: -1)
    case .sum: return sum(x)
    case .l1: return sum(sketch.absolute(x))
    case .l2: return sketch.pointwise(sum(sketch.pointwise(x, .power, alpha: 2)), .squareRoot)
    case .sumOfSquares: return sum(sketch.pointwise(x, .power, alpha: 2))
    case .logarithmOfSum: return sketch.pointwise(sum(x), .logarithm)
    case .logarithmOfExponentials:
      return sketch.pointwise(sum(sketch.pointwise(x, .exponential)), .logarithm)
    case .product: throw node.constantsOnly("multiplies along axes")
    }
  }
}

extension ONNXNode {
  /// `axes` is nil for all of them.
  fileprivate func reduced(_ reduction: Reduction, axes: [Int]?) throws(ImportError)
    -> ONNXTranslation
  {
    let keepsAxes = try flag("keepdims", default: true)
    if case .constant(let constant)? = operand(0) {
      let shape = constant.tensor.shape
      let reduced = try self.axes(axes ?? Array(0..<shape.rank), rank: shape.rank)
      let tensor = ConstantFolding.reduced(constant.tensor, axes: reduced) { reduction.value($0) }
      let kept = shape.dimensions.indices.filter { !reduced.contains($0) }.map { shape[$0] }
      return .constant(keepsAxes ? tensor : tensor.reshaped(to: Shape(kept)))
    }
    let input = try activation(0)
    let rank = input.shape.rank
    guard let axes else { throw batchError("reduces all axes, the batch too") }
    var places: [Int] = []
    for axis in try self.axes(axes, rank: rank + 1) {
      places.append(try sampleAxis(axis, of: input))
    }
    guard !input.shape.dimensions.contains(0) else {
      throw error(.shapeMismatch, "The input \(input.shape) has no elements.")
    }
    var sketch = ONNXSketch(for: self)
    let x = ONNXSketch.Value(input)
    // Spatial axes of a map are one pool.
    let isSpatial = (2...3).contains(rank) && !places.contains(0) && !places.isEmpty
    var result: ONNXSketch.Value
    if reduction == .mean, isSpatial {
      let kernel = (1..<rank).map { places.contains($0) ? input.shape[$0] : 1 }
      result = try sketch.pooled(x, Pooling(kernel: kernel), { .averagePool($0) }, for: self)
    } else {
      result = try reduction.drawn(x, places, in: &sketch, for: self)
    }
    if !keepsAxes {
      let kept = (0..<rank).filter { !places.contains($0) }.map { input.shape[$0] }
      result = sketch.reshaped(result, to: Shape(kept))
    }
    return sketch.translation(result)
  }
}
