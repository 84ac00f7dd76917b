import SpikeGraph

extension TFLiteOperator {
  /// `CONCATENATION` of activations; each goes to the grid of the result first.
  static let concatenation = TFLiteOperator(
    "CONCATENATION", 2, options: 10, inputs: 1...1024, becomes: "Concatenate"
  ) { translator, node throws(TFLiteError) in
    guard try node.fusedActivation(1) == .none else {
      throw node.error(
        .unsupportedUse, "The node ends in an activation function.",
        fix: "put the activation behind the concatenation")
    }
    var parts: [ChannelsLastValue] = []
    for index in node.operands.indices {
      let x = try node.activation(index)
      guard case .activation(let part) = try translator.settleMoved(x.value, like: x, node) else {
        continue
      }
      parts.append(part.value)
    }
    let axis = try translator.sampleAxis(
      try node.integer(0, "axis", in: -8...8), rank: parts[0].shape.rank, node)
    let inputs = parts
    let made = try translator.build(node) { builder throws(GraphError) in
      try builder.concatenate(inputs, axis: axis, node.name)
    }
    let step = translator.keepsIntegers ? try translator.grid(of: node.output)?.step : nil
    return .activation(TFLiteActivation(value: made, step: step))
  }
}
