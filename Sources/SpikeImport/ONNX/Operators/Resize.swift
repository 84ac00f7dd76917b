import SpikeGraph

// `Resize` and `Upsample`: every output is a weighted sum of up to four inputs along each axis, so the
// whole is slices (Gather), factors (Affine) and sums.
extension ONNXOperator {
  /// `Upsample` with two scales, before operator set 7.
  static let upsample1 = ONNXOperator(
    "Upsample", versions: 1...6, inputs: 1...1,
    attributes: ["height_scale", "mode", "width_scale"], becomes: resizes
  ) { node throws(ImportError) in
    let scales = [
      1, 1, try node.float("height_scale", default: 1), try node.float("width_scale", default: 1),
    ]
    return try node.resized(scales: scales, sizes: nil, ResizeRule(upsampling: node))
  }

  /// `Upsample` with scales as an attribute.
  static let upsample7 = ONNXOperator(
    "Upsample", versions: 7...8, inputs: 1...1, attributes: ["mode", "scales"], becomes: resizes
  ) { node throws(ImportError) in
    guard case .floats(let scales)? = node.attributes["scales"] else {
      throw node.error(.invalidAttribute, "The attribute 'scales' is missing.")
    }
    return try node.resized(scales: scales, sizes: nil, ResizeRule(upsampling: node))
  }

  /// `Upsample` with scales as an input. Later operator sets have `Resize` in its place.
  static let upsample9 = ONNXOperator(
    "Upsample", versions: 9...newest, inputs: 2...2, attributes: ["mode"], becomes: resizes
  ) { node throws(ImportError) in
    try node.resized(
      scales: try node.constant(1).tensor.floats(), sizes: nil, ResizeRule(upsampling: node))
  }

  /// `Resize` as it began.
  static let resize10 = ONNXOperator(
    "Resize", versions: 10...10, inputs: 2...2, attributes: ["mode"], becomes: resizes
  ) { node throws(ImportError) in
    try node.resized(
      scales: try node.constant(1).tensor.floats(), sizes: nil, ResizeRule(upsampling: node))
  }

  /// `Resize`: nearest, linear and cubic.
  static let resize11 = ONNXOperator(
    "Resize", versions: 11...newest, inputs: 1...4,
    attributes: [
      "antialias", "axes", "coordinate_transformation_mode", "cubic_coeff_a", "exclude_outside",
      "extrapolation_value", "keep_aspect_ratio_policy", "mode", "nearest_mode",
    ], becomes: resizes
  ) { node throws(ImportError) in
    guard try !node.flag("antialias") else { throw node.wrongValue("antialias", "1", "0") }
    let policy = try node.text("keep_aspect_ratio_policy", default: "stretch")
    guard policy == "stretch" else {
      throw node.wrongValue("keep_aspect_ratio_policy", policy, "stretch")
    }
    let scales = try node.optionalConstant(2)?.tensor.floats()
    return try node.resized(
      scales: scales?.isEmpty == true ? nil : scales, sizes: try node.integers(input: 3),
      try ResizeRule(of: node))
  }

  private static let resizes = "Gather, with Affine and Add where it interpolates"
}

/// Where an output of a resize along one axis comes from.
private struct ResizeRule {
  /// Inputs and weights of one output.
  typealias Taps = [(index: Int, weight: Double)]

  var mode: String
  var transformation = "asymmetric"
  var nearest = "floor"
  var cubic = -0.75
  var excludesOutside = false

  init(upsampling node: ONNXNode) throws(ImportError) {
    mode = try node.text("mode", default: "nearest")
    if mode == "bilinear" { mode = "linear" }
    try check(node)
  }

  init(of node: ONNXNode) throws(ImportError) {
    mode = try node.text("mode", default: "nearest")
    transformation = try node.text("coordinate_transformation_mode", default: "half_pixel")
    nearest = try node.text("nearest_mode", default: "round_prefer_floor")
    cubic = Double(try node.float("cubic_coeff_a", default: -0.75))
    excludesOutside = try node.flag("exclude_outside")
    try check(node)
  }

  private func check(_ node: ONNXNode) throws(ImportError) {
    guard ["nearest", "linear", "cubic"].contains(mode) else {
      throw node.wrongValue("mode", mode, "nearest, linear or cubic")
    }
    let known = [
      "asymmetric", "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
      "tf_half_pixel_for_nn",
    ]
    guard known.contains(transformation) else {
      throw node.wrongValue(
        "coordinate_transformation_mode", transformation, known.joined(separator: ", "))
    }
    guard ["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"].contains(nearest) else {
      throw node.wrongValue("nearest_mode", nearest, "floor, ceil or round_prefer_…")
    }
  }

  func taps(_ output: Int, of count: Int, from size: Int, scale: Double) -> Taps {
    let place = place(output, count, size, scale)
    let below = place.rounded(.down)
    let rest = place - below
    let weights: [Double]
    let first: Int
    switch mode {
    case "linear": (weights, first) = ([1 - rest, rest], Int(below))
    case "cubic": (weights, first) = (cubicWeights(rest), Int(below) - 1)
    default: (weights, first) = ([1], Int(below) + (goesUp(rest) ? 1 : 0))
    }
    var taps = weights.enumerated().map { (index: first + $0.offset, weight: $0.element) }
    if excludesOutside {
      taps = taps.map { (0..<size).contains($0.index) ? $0 : (index: $0.index, weight: 0) }
      let sum = taps.reduce(0) { $0 + $1.weight }
      taps = taps.map { (index: $0.index, weight: $0.weight / sum) }
    }
    return taps.map { (index: min(max($0.index, 0), size - 1), weight: $0.weight) }
  }

  private func goesUp(_ rest: Double) -> Bool {
    switch nearest {
    case "floor": false
    case "ceil": rest > 0
    case "round_prefer_ceil": rest >= 0.5
    default: rest > 0.5
    }
  }

  private func place(_ output: Int, _ count: Int, _ size: Int, _ scale: Double) -> Double {
    let x = Double(output)
    switch transformation {
    case "half_pixel": return (x + 0.5) / scale - 0.5
    case "half_pixel_symmetric":
      let centre = Double(size) / 2
      let offset = centre * (1 - Double(count) / (scale * Double(size)))
      return offset + (x + 0.5) / scale - 0.5
    case "pytorch_half_pixel": return count > 1 ? (x + 0.5) / scale - 0.5 : 0
    case "align_corners":
      // The length before it was rounded down (ONNX operators, "Resize").
      return count > 1 ? x * Double(size - 1) / (scale * Double(size) - 1) : 0
    case "tf_half_pixel_for_nn": return (x + 0.5) / scale
    default: return x / scale
    }
  }

  /// Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981.
  private func cubicWeights(_ r: Double) -> [Double] {
    func near(_ t: Double) -> Double { (cubic + 2) * t * t * t - (cubic + 3) * t * t + 1 }
    func far(_ t: Double) -> Double {
      cubic * t * t * t - 5 * cubic * t * t + 8 * cubic * t - 4 * cubic
    }
    return [far(r + 1), near(r), near(1 - r), far(2 - r)]
  }
}

extension ONNXNode {
  fileprivate func resized(
    scales: [Float]?, sizes: [Int]?, _ rule: ResizeRule
  ) throws(ImportError) -> ONNXTranslation {
    let input = try activation(0)
    let rank = input.shape.rank + 1
    let given = try integers("axes") ?? Array(0..<rank)
    let wanted = sizes?.count ?? scales?.count ?? 0
    guard wanted == given.count else {
      throw error(
        .invalidNode, "The node gives \(wanted) scales or sizes for \(given.count) axes.",
        fix: "check the model with onnx.checker")
    }
    var sketch = ONNXSketch(for: self)
    var value = ONNXSketch.Value(input)
    for (position, axis) in given.enumerated() {
      let place = try self.axis(axis, rank: rank)
      let size = place == 0 ? batchSize ?? 1 : input.shape[place - 1]
      let count =
        sizes.map { Double($0[position]) }
        ?? (Double(size) * Double(scales?[position] ?? 1)).rounded(.down)
      guard count >= 1, count <= Double(ONNXLimits.window) else {
        throw error(.tooLarge, "Axis \(axis) would get \(count) elements.", fix: "export again")
      }
      let scale = sizes == nil ? Double(scales?[position] ?? 1) : count / Double(size)
      if Int(count) == size && scale == 1 { continue }
      guard place > 0 else { throw batchError("resizes the batch axis") }
      value = interpolated(value, place - 1, Int(count), scale, rule, &sketch)
    }
    return sketch.translation(value)
  }

  private func interpolated(
    _ x: ONNXSketch.Value, _ axis: Int, _ count: Int, _ scale: Double, _ rule: ResizeRule,
    _ sketch: inout ONNXSketch
  ) -> ONNXSketch.Value {
    let all = (0..<count).map { rule.taps($0, of: count, from: x.shape[axis], scale: scale) }
    var parts: [ONNXSketch.Value] = []
    for tap in all[0].indices {
      let part = sketch.taken(x, axis: axis, all.map { $0[tap].index })
      let weights = all.map { Float($0[tap].weight) }
      if weights.allSatisfy({ $0 == 1 }) {
        parts.append(part)
        continue
      }
      let sizes = [count] + Array(repeating: 1, count: x.shape.rank - 1 - axis)
      let factor = ONNXConstant(
        name: "\(name).weights.\(sketch.steps.count)", tensor: Tensor(weights, shape: Shape(sizes)),
        isDerived: true)
      parts.append(sketch.add(.affine, [.scale: factor], part))
    }
    return parts.count == 1 ? parts[0] : sketch.add(.add, [:], reading: parts)
  }
}
