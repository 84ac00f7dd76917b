import SpikeGraph

// `Pad` with a constant border around each sample.
extension ONNXOperator {
  /// `Pad` with attributes, before operator set 11.
  static let pad7 = ONNXOperator(
    "Pad", versions: 7...10, inputs: 1...1, attributes: ["mode", "pads", "value"],
    becomes: "Pad with a constant, or the border of the convolution behind it"
  ) { node throws(ImportError) in
    try node.padded(
      try node.integers("pads") ?? [], value: try node.float("value", default: 0), axes: nil)
  }

  /// `Pad` with inputs, since operator set 11.
  static let pad11 = ONNXOperator(
    "Pad", versions: 11...newest, inputs: 2...4, attributes: ["mode"],
    becomes: "Pad with a constant, or the border of the convolution behind it"
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
    guard mode == "constant" else {
      throw error(
        .unsupportedUse, "The border mode is '\(mode)'; 'constant' is allowed.",
        fix: "train the network with zero padding")
    }
    let rank = input.shape.rank + 1
    // Unlike elsewhere the order of these axes matters: it is the order of the pads.
    var places: [Int] = []
    for axis in given ?? Array(0..<rank) { places.append(try self.axis(axis, rank: rank)) }
    guard pads.count == 2 * places.count, Set(places).count == places.count,
      pads.allSatisfy({ (0...ONNXLimits.window).contains($0) }), value.isFinite
    else {
      throw wrongValue("pads", "\(pads)", "\(2 * places.count) numbers of 0 or more")
    }
    var before = Array(repeating: 0, count: rank)
    var after = before
    for (index, axis) in places.enumerated() {
      before[axis] = pads[index]
      after[axis] = pads[places.count + index]
    }
    guard before[0] == 0, after[0] == 0 else { throw batchError("pads the batch axis") }
    if pads.allSatisfy({ $0 == 0 }) { return .operand(0) }
    return .layer(
      .pad(before: Array(before.dropFirst()), after: Array(after.dropFirst()), value: value),
      reading: input)
  }
}
