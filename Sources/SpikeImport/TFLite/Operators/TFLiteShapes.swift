import SpikeGraph

// Shapes come from the tensor that the node makes: TFLite writes them for every tensor.
extension TFLiteOperator {
  /// `RESHAPE` that keeps the batch as axis 0.
  static let reshape = movement("RESHAPE", 22, inputs: 1...2)
  /// `SQUEEZE`, not of the batch.
  static let squeeze = movement("SQUEEZE", 43, inputs: 1...1)
  /// `EXPAND_DIMS`, not before the batch.
  static let expandDimensions = movement("EXPAND_DIMS", 70, inputs: 2...2)

  /// `TRANSPOSE` that keeps the batch as axis 0.
  static let transpose = TFLiteOperator(
    "TRANSPOSE", 39, inputs: 2...2,
    becomes: "Transpose, or nothing between the two layouts of images"
  ) { translator, node throws(TFLiteError) in
    let x = try node.activation(0)
    let order = try node.integers(1)
    guard order.first == 0 else {
      throw node.error(
        .batchAxis, "The node moves the batch axis (order \(order)).",
        fix: "convert the model with the batch as axis 0 of every activation")
    }
    let made = try translator.build(node) { builder throws(GraphError) in
      try builder.transpose(x.value, order: order.dropFirst().map { $0 - 1 }, node.name)
    }
    return try translator.settleMoved(made, like: x, node)
  }

  private static func movement(
    _ name: String, _ code: Int, inputs: ClosedRange<Int>
  ) -> TFLiteOperator {
    TFLiteOperator(name, code, inputs: inputs, becomes: "Reshape that keeps the batch as axis 0") {
      translator, node throws(TFLiteError) in
      let x = try node.activation(0)
      let shape = try translator.sampleShape(of: node.output, node)
      let made = try translator.build(node) { builder throws(GraphError) in
        try builder.reshape(x.value, to: shape, node.name)
      }
      return try translator.settleMoved(made, like: x, node)
    }
  }
}
