import SpikeGraph

// `Gather`, `Slice` and `Split`: of constants, where exporters compute shapes with them, and of
// activations along any axis but the batch.
extension ONNXOperator {
  /// `Gather` along an axis by constant indices.
  static let gather = ONNXOperator(
    "Gather", versions: 1...newest, inputs: 2...2, attributes: ["axis"],
    becomes: "Gather (and Reshape) of activations; folded for constants"
  ) { node throws(ImportError) in
    let indices = try node.constant(1)
    let given = try node.integer("axis", default: 0)
    switch node.operand(0) {
    case .constant(let data)?:
      let axis = try node.axis(given, rank: data.tensor.shape.rank)
      let places = try node.places(indices.tensor, size: data.tensor.shape[axis])
      let inner = data.tensor.shape.dimensions.enumerated().filter { $0.offset != axis }
      try node.checkFolded(
        Shape(inner.map { $0.element } + [places.count]), from: [data, indices])
      return .constant(
        ConstantFolding.taken(
          data.tensor, indices: places, shape: indices.tensor.shape, axis: axis))
    default:
      let input = try node.activation(0)
      let axis = try node.sampleAxis(given, of: input)
      let places = try node.places(indices.tensor, size: input.shape[axis])
      guard !places.isEmpty else { throw node.wrongValue("indices", "[]", "one index or more") }
      var sketch = ONNXSketch(for: node)
      let taken = sketch.taken(ONNXSketch.Value(input), axis: axis, places)
      var sizes = taken.shape.dimensions
      sizes.replaceSubrange(axis...axis, with: indices.tensor.shape.dimensions)
      return sketch.translation(sketch.reshaped(taken, to: Shape(sizes)))
    }
  }

  /// `Slice` with attributes, before operator set 10.
  static let slice1 = ONNXOperator(
    "Slice", versions: 1...9, inputs: 1...1, attributes: ["axes", "ends", "starts"],
    becomes: "Gather of activations; folded for constants"
  ) { node throws(ImportError) in
    try node.sliced(
      starts: try node.integers("starts"), ends: try node.integers("ends"),
      axes: try node.integers("axes"), steps: nil)
  }

  /// `Slice` with inputs, since operator set 10.
  static let slice10 = ONNXOperator(
    "Slice", versions: 10...newest, inputs: 3...5,
    becomes: "Gather of activations; folded for constants"
  ) { node throws(ImportError) in
    try node.sliced(
      starts: try node.integers(input: 1), ends: try node.integers(input: 2),
      axes: try node.integers(input: 3), steps: try node.integers(input: 4))
  }

  /// `Split` with sizes as an attribute, before operator set 13.
  static let split1 = ONNXOperator(
    "Split", versions: 1...12, inputs: 1...2, attributes: ["axis", "split"],
    becomes: "Gather for each output; folded for constants"
  ) { node throws(ImportError) in
    let sizes = node.has("split") ? try node.integers("split") : try node.integers(input: 1)
    return try node.split(sizes: sizes, count: node.outputCount)
  }

  /// `Split` with sizes as an input, since operator set 13.
  static let split13 = ONNXOperator(
    "Split", versions: 13...newest, inputs: 1...2, attributes: ["axis", "num_outputs"],
    becomes: "Gather for each output; folded for constants"
  ) { node throws(ImportError) in
    let count = try node.integer("num_outputs", default: node.outputCount)
    guard (1...1024).contains(count) else {
      throw node.wrongValue("num_outputs", "\(count)", "1 to 1024")
    }
    return try node.split(sizes: try node.integers(input: 1), count: count)
  }
}

extension ONNXNode {
  /// Indices of an axis, counted from the front.
  fileprivate func places(_ indices: Tensor, size: Int) throws(ImportError) -> [Int] {
    var places: [Int] = []
    for value in indices.integers() {
      guard value >= -size, value < size else {
        throw error(
          .invalidNode, "The index \(value) is outside an axis of size \(size).",
          fix: "export the model again")
      }
      places.append(Int(value) + (value < 0 ? size : 0))
    }
    return places
  }

  fileprivate func sliced(
    starts: [Int]?, ends: [Int]?, axes given: [Int]?, steps: [Int]?
  ) throws(ImportError) -> ONNXTranslation {
    let sizes: [Int]
    let isConstant: Bool
    switch operand(0) {
    case .constant(let data)?: (sizes, isConstant) = (data.tensor.shape.dimensions, true)
    default:
      (sizes, isConstant) = ([batchSize ?? 1] + (try activation(0)).shape.dimensions, false)
    }
    guard let starts, let ends, starts.count == ends.count, starts.count <= sizes.count,
      given?.count ?? starts.count == starts.count, steps?.count ?? starts.count == starts.count
    else {
      throw error(
        .invalidNode, "Starts, ends, axes and steps of the slice differ in number.",
        fix: "check the model with onnx.checker")
    }
    var slices: [Int: [Int]] = [:]
    for index in starts.indices {
      let axis = try self.axis(given?[index] ?? index, rank: sizes.count)
      let step = steps?[index] ?? 1
      guard step != 0, step > Int.min else { throw wrongValue("steps", "\(step)", "not 0") }
      let part = ONNXNode.slices(starts[index], ends[index], step, of: sizes[axis])
      if axis == 0 && !isConstant && part != Array(0..<sizes[0]) {
        throw batchError("takes a part of the batch axis")
      }
      slices[axis] = part
    }
    return try taken(slices, isConstant: isConstant)
  }

  /// The indices of a slice. Out of range is clamped, not refused (ONNX operators, "Slice").
  private static func slices(_ start: Int, _ end: Int, _ step: Int, of size: Int) -> [Int] {
    func place(_ value: Int, _ low: Int, _ high: Int) -> Int {
      Swift.min(Swift.max(value < 0 ? Swift.max(value, -size - 1) + size : value, low), high)
    }
    if step > 0 {
      return Array(stride(from: place(start, 0, size), to: place(end, 0, size), by: step))
    }
    let (first, last) = (place(start, -1, size - 1), place(end, -1, size - 1))
    return Array(stride(from: first, to: last, by: step))
  }

  private func taken(
    _ slices: [Int: [Int]], isConstant: Bool
  ) throws(ImportError) -> ONNXTranslation {
    if isConstant {
      var tensor = try constant(0).tensor
      for (axis, part) in slices.sorted(by: { $0.key < $1.key })
      where part != Array(0..<tensor.shape[axis]) {
        tensor = ConstantFolding.taken(tensor, indices: part, shape: [part.count], axis: axis)
      }
      return .constant(tensor)
    }
    var sketch = ONNXSketch(for: self)
    var value = ONNXSketch.Value(try activation(0))
    for (axis, part) in slices.sorted(by: { $0.key < $1.key }) where axis > 0 {
      guard !part.isEmpty else {
        throw error(.shapeMismatch, "The slice of axis \(axis) is empty.", fix: "export again")
      }
      value = sketch.taken(value, axis: axis - 1, part)
    }
    return sketch.translation(value)
  }

  fileprivate func split(sizes given: [Int]?, count: Int) throws(ImportError) -> ONNXTranslation {
    let axis = try integer("axis", default: 0)
    if case .constant(let constant)? = operand(0) {
      let place = try self.axis(axis, rank: constant.tensor.shape.rank)
      return .constants(
        try parts(given, count, of: constant.tensor.shape[place]).map {
          ConstantFolding.taken(constant.tensor, indices: $0, shape: [$0.count], axis: place)
        })
    }
    let input = try activation(0)
    let place = try sampleAxis(axis, of: input)
    var sketch = ONNXSketch(for: self)
    var outputs: [ONNXSketch.Value] = []
    for part in try parts(given, count, of: input.shape[place]) {
      guard !part.isEmpty else {
        throw error(.shapeMismatch, "A part of the split is empty.", fix: "export again")
      }
      outputs.append(sketch.taken(ONNXSketch.Value(input), axis: place, part))
    }
    return .sketch(sketch, outputs: outputs)
  }

  private func parts(_ given: [Int]?, _ count: Int, of size: Int) throws(ImportError) -> [[Int]] {
    // Without sizes all parts are equal but the last, which may be smaller.
    let equal = (size + count - 1) / Swift.max(count, 1)
    let sizes =
      given ?? (0..<count).map { Swift.max(0, Swift.min(equal, size - $0 * equal)) }
    guard sizes.allSatisfy({ (0...size).contains($0) }), sizes.reduce(0, +) == size else {
      throw wrongValue("split", "\(sizes)", "sizes that add up to \(size)")
    }
    var parts: [[Int]] = []
    for length in sizes {
      let start = parts.reduce(0) { $0 + $1.count }
      parts.append(Array(start..<start + length))
    }
    return parts
  }
}
