import SpikeGraph

extension TFLiteOperator {
  /// `PAD` with zeros.
  static let pad = TFLiteOperator(
    "PAD", 34, inputs: 2...2, becomes: "the border of a convolution, or Pad"
  ) { translator, node throws(TFLiteError) in try translator.padded(node, with: 0) }

  /// `PADV2` with a constant.
  static let padV2 = TFLiteOperator(
    "PADV2", 60, inputs: 3...3, becomes: "Pad"
  ) { translator, node throws(TFLiteError) in
    let x = try node.activation(0)
    let value = try node.constant(2)
    guard value.tensor.count == 1 else {
      throw node.error(
        .invalidNode, "The border has \(value.tensor.count) values; allowed is one.",
        fix: "convert the model again")
    }
    let number = (x.step == nil ? value.real : value.centred).floats()[0]
    return try translator.padded(node, with: number)
  }
}

extension TFLiteTranslator {
  fileprivate mutating func padded(
    _ node: TFLiteNode, with number: Float
  ) throws(TFLiteError) -> TFLiteValue {
    let x = try node.activation(0)
    let pads = try node.integers(1)
    guard pads.count == 2 * (x.value.shape.rank + 1), pads.allSatisfy({ $0 >= 0 }) else {
      throw node.error(
        .invalidNode,
        "The pads are \(pads); allowed are two numbers, 0 or more, for each axis.",
        fix: "convert the model again")
    }
    guard pads[0] == 0, pads[1] == 0 else {
      throw node.error(
        .batchAxis, "The node pads the batch axis.",
        fix: "convert the model with the batch as axis 0 of every activation")
    }
    let axes = x.value.shape.dimensions.indices
    let made = try build(node) { builder throws(GraphError) in
      try builder.pad(
        x.value, before: axes.map { pads[2 * $0 + 2] }, after: axes.map { pads[2 * $0 + 3] },
        with: number, node.name)
    }
    return try settleMoved(made, like: x, node)
  }
}
