import SpikeGraph

// `Pad`: a border around each sample, of a constant or of elements that are there.
extension ONNXOperator {
  /// `Pad` as it began.
  static let pad1 = ONNXOperator(
    "Pad", versions: 1...1, inputs: 1...1, attributes: ["mode", "paddings", "value"],
    becomes: "Pad with a constant, or the border of the convolution behind it"
  ) { node throws(ImportError) in
    try node.padded(
      try node.integers("paddings") ?? [], value: try node.float("value", default: 0), axes: nil)
  }

  /// `Pad` with attributes, before operator set 11.
  static let pad2 = ONNXOperator(
    "Pad", versions: 2...10, inputs: 1...1, attributes: ["mode", "pads", "value"],
    becomes: "Pad, the border of the convolution behind it, or Gather"
  ) { node throws(ImportError) in
    try node.padded(
      try node.integers("pads") ?? [], value: try node.float("value", default: 0), axes: nil)
  }

  /// `Pad` with inputs, since operator set 11.
  static let pad11 = ONNXOperator(
    "Pad", versions: 11...newest, inputs: 2...4, attributes: ["mode"],
    becomes: "Pad, the border of the convolution behind it, or Gather"
  ) { node throws(ImportError) in
    try node.padded(
      try node.integers(input: 1) ?? [], value: try node.number(input: 2) ?? 0,
      axes: try node.integers(input: 3))
  }
}

extension ONNXNode {
  fileprivate func padded(
    _ pads: [Int], value: Float, axes given: [Int]?
  ) throws(ImportError) -> ONNXTranslation {
    let input = try activation(0)
    let mode = try text("mode", default: "constant")
    let rank = input.shape.rank + 1
    // Unlike elsewhere the order of these axes matters: it is the order of the pads.
    var places: [Int] = []
    for axis in given ?? Array(0..<rank) { places.append(try self.axis(axis, rank: rank)) }
    guard pads.count == 2 * places.count, Set(places).count == places.count,
      pads.allSatisfy({ (-ONNXLimits.window...ONNXLimits.window).contains($0) }), value.isFinite
    else {
      throw wrongValue(
        "pads", "\(pads)", "\(2 * places.count) numbers of at most \(ONNXLimits.window)")
    }
    var before = Array(repeating: 0, count: rank)
    var after = before
    for (index, axis) in places.enumerated() {
      before[axis] = pads[index]
      after[axis] = pads[places.count + index]
    }
    guard before[0] == 0, after[0] == 0 else { throw batchError("pads the batch axis") }
    if pads.allSatisfy({ $0 == 0 }) { return .operand(0) }
    if mode == "constant" {
      return .layer(
        .pad(before: Array(before.dropFirst()), after: Array(after.dropFirst()), value: value),
        reading: input)
    }
    var sketch = ONNXSketch(for: self)
    var result = ONNXSketch.Value(input)
    for axis in 1..<rank where before[axis] != 0 || after[axis] != 0 {
      result = sketch.taken(
        result, axis: axis - 1,
        try border(mode, before[axis], after[axis], of: input.shape[axis - 1]))
    }
    return sketch.translation(result)
  }

  /// Which elements an axis has after padding.
  private func border(
    _ mode: String, _ before: Int, _ after: Int, of size: Int
  ) throws(ImportError) -> [Int] {
    guard size > 0, size + before + after > 0 else {
      throw error(.shapeMismatch, "Pads leave nothing of an axis of \(size).", fix: "export again")
    }
    let period = max(2 * size - 2, 1)
    func wrapped(_ place: Int, _ size: Int) -> Int { ((place % size) + size) % size }
    switch mode {
    case "edge": return (-before..<size + after).map { min(max($0, 0), size - 1) }
    case "reflect":
      return (-before..<size + after).map { place in
        let inside = wrapped(place, period)
        return inside < size ? inside : period - inside
      }
    case "wrap": return (-before..<size + after).map { wrapped($0, size) }
    default: throw wrongValue("mode", mode, "constant, edge, reflect or wrap")
    }
  }
}
