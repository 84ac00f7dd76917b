import SpikeGraph

// `DepthToSpace` (pixel shuffle) and `SpaceToDepth`: blocks of a map that move between channels and
// positions. Both are a reshape, a transposition and a reshape (ONNX operators).
extension ONNXOperator {
  /// `DepthToSpace` in its two orders.
  static let depthToSpace = ONNXOperator(
    "DepthToSpace", versions: 1...newest, inputs: 1...1, attributes: ["blocksize", "mode"],
    becomes: "Reshape, Transpose, Reshape"
  ) { node throws(ImportError) in
    let (input, block) = try node.blocks()
    let (channels, height, width) = (input.shape[0], input.shape[1], input.shape[2])
    guard channels % (block * block) == 0 else {
      throw node.wrongValue("blocksize", "\(block)", "a divisor of \(channels) channels, squared")
    }
    let depth = channels / (block * block)
    var sketch = ONNXSketch(for: node)
    let x = ONNXSketch.Value(input)
    let parts: ONNXSketch.Value
    switch try node.text("mode", default: "DCR") {
    case "DCR":
      parts = sketch.transposed(
        sketch.reshaped(x, to: [block, block, depth, height, width]), [2, 3, 0, 4, 1])
    case "CRD":
      parts = sketch.transposed(
        sketch.reshaped(x, to: [depth, block, block, height, width]), [0, 3, 1, 4, 2])
    case let other: throw node.wrongValue("mode", other, "DCR or CRD")
    }
    return sketch.translation(sketch.reshaped(parts, to: [depth, height * block, width * block]))
  }

  /// `SpaceToDepth`.
  static let spaceToDepth = ONNXOperator(
    "SpaceToDepth", versions: 1...newest, inputs: 1...1, attributes: ["blocksize", "mode"],
    becomes: "Reshape, Transpose, Reshape"
  ) { node throws(ImportError) in
    let (input, block) = try node.blocks()
    let (depth, height, width) = (input.shape[0], input.shape[1], input.shape[2])
    guard height % block == 0, width % block == 0 else {
      throw node.wrongValue("blocksize", "\(block)", "a divisor of \(height) and \(width)")
    }
    let order: [Int]
    switch try node.text("mode", default: "DCR") {
    case "DCR": order = [2, 4, 0, 1, 3]
    case "CRD": order = [0, 2, 4, 1, 3]
    case let other: throw node.wrongValue("mode", other, "DCR or CRD")
    }
    var sketch = ONNXSketch(for: node)
    let cells = sketch.reshaped(
      ONNXSketch.Value(input), to: [depth, height / block, block, width / block, block])
    let parts = sketch.transposed(cells, order)
    return sketch.translation(
      sketch.reshaped(parts, to: [depth * block * block, height / block, width / block]))
  }
}

extension ONNXNode {
  fileprivate func blocks() throws(ImportError) -> (ONNXActivation, Int) {
    let input = try activation(0)
    let block = try integer("blocksize")
    guard input.shape.rank == 3, (1...4096).contains(block) else {
      throw error(
        .unsupportedUse,
        "The input has the shape \(input.shape) (without batch) and blocks of \(block); [C, H, W] and "
          + "1 to 4096 are allowed.", fix: "export the model again")
    }
    return (input, block)
  }
}
