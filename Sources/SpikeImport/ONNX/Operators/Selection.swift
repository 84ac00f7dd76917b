import SpikeGraph

// `Gather` and `Slice`: on constants only, where exporters compute shapes with them.
extension ONNXOperator {
  /// `Gather` along an axis of a constant.
  static let gather = ONNXOperator(
    "Gather", versions: 7...newest, inputs: 2...2, attributes: ["axis"],
    becomes: "a constant; both inputs are constant"
  ) { node throws(ImportError) in
    let data = try node.foldable(0)
    let indices = try node.constant(1)
    guard data.tensor.shape.rank > 0 else {
      throw node.error(.shapeMismatch, "A scalar has nothing to gather.", fix: "export again")
    }
    let axis = try node.axis(try node.integer("axis", default: 0), rank: data.tensor.shape.rank)
    let size = data.tensor.shape[axis]
    var places: [Int] = []
    for value in indices.tensor.integers() {
      guard value >= -size, value < size else {
        throw node.error(
          .invalidNode, "The index \(value) is outside an axis of size \(size).",
          fix: "export the model again")
      }
      places.append(Int(value) + (value < 0 ? size : 0))
    }
    let inner = Shape(
      data.tensor.shape.dimensions.enumerated().filter { $0.offset != axis }.map { $0.element })
    try node.checkFolded(Shape(inner.dimensions + [places.count]), from: [data, indices])
    return .constant(
      ConstantFolding.taken(
        data.tensor, indices: places, shape: indices.tensor.shape, axis: axis))
  }

  /// `Slice` with attributes, before operator set 10.
  static let slice7 = ONNXOperator(
    "Slice", versions: 7...9, inputs: 1...1, attributes: ["axes", "ends", "starts"],
    becomes: "a constant; the input is constant"
  ) { node throws(ImportError) in
    try node.sliced(
      starts: try node.integers("starts"), ends: try node.integers("ends"),
      axes: try node.integers("axes"), steps: nil)
  }

  /// `Slice` with inputs, since operator set 10.
  static let slice10 = ONNXOperator(
    "Slice", versions: 10...newest, inputs: 3...5, becomes: "a constant; all inputs are constant"
  ) { node throws(ImportError) in
    try node.sliced(
      starts: try node.integers(input: 1), ends: try node.integers(input: 2),
      axes: try node.integers(input: 3), steps: try node.integers(input: 4))
  }
}

extension ONNXNode {
  /// A constant operand; an activation is refused with what the user can do.
  fileprivate func foldable(_ index: Int) throws(ImportError) -> ONNXConstant {
    if case .activation(let activation)? = operand(index) {
      throw error(
        .unsupportedUse,
        "The node takes a part of the activation '\(activation.name)'; sfconv does so for "
          + "constants only.",
        fix: "use a convolution, a pooling or a Linear layer instead, or cut with --until")
    }
    return try constant(index)
  }

  fileprivate func sliced(
    starts: [Int]?, ends: [Int]?, axes given: [Int]?, steps: [Int]?
  ) throws(ImportError) -> ONNXTranslation {
    let data = try foldable(0)
    let sizes = data.tensor.shape.dimensions
    guard let starts, let ends, starts.count == ends.count, starts.count <= sizes.count,
      given?.count ?? starts.count == starts.count, steps?.count ?? starts.count == starts.count
    else {
      throw error(
        .invalidNode, "Starts, ends, axes and steps of the slice differ in number.",
        fix: "check the model with onnx.checker")
    }
    var first = sizes.map { _ in 0 }
    var strides = sizes.map { _ in 1 }
    var counts = sizes
    for index in starts.indices {
      let axis = try self.axis(given?[index] ?? index, rank: sizes.count)
      let step = steps?[index] ?? 1
      guard step > 0 else { throw wrongValue("steps", "\(step)", "1 or more") }
      // Out of range is clamped, not refused (ONNX operators, "Slice").
      func place(_ value: Int) -> Int {
        min(max(value < 0 ? max(value, -sizes[axis]) + sizes[axis] : value, 0), sizes[axis])
      }
      first[axis] = place(starts[index])
      strides[axis] = step
      let room = max(0, place(ends[index]) - first[axis])
      counts[axis] = room == 0 ? 0 : (room - 1) / step + 1
    }
    return .constant(
      ConstantFolding.strided(
        data.tensor, starts: first, strides: strides, shape: Shape(counts)))
  }
}
