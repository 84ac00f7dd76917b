import SpikeGraph

extension KerasLayerKind {
  /// `Add` of activations of one shape.
  static let add = KerasLayerKind("Add", inputs: 1...1024, becomes: "Add (residual)") {
    translator, layer, inputs throws(KerasError) in
    try translator.build(layer) { builder throws(GraphError) in
      try builder.add(inputs, layer.name)
    }
  }

  /// `Concatenate` along any axis but the batch.
  static let concatenate = KerasLayerKind("Concatenate", inputs: 1...1024, becomes: "Concatenate") {
    translator, layer, inputs throws(KerasError) in
    let given = try layer.integer("axis", default: -1, in: -8...8)
    let axis = given < 0 ? given + inputs[0].shape.rank : given - 1
    guard axis >= 0 else {
      throw layer.error(
        .unsupportedUse, "The axis \(given) is the batch; sfconv handles each sample by itself.",
        fix: "concatenate along another axis")
    }
    return try translator.build(layer) { builder throws(GraphError) in
      try builder.concatenate(inputs, axis: axis, layer.name)
    }
  }
}
