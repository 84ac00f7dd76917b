import SpikeGraph

extension KerasLayerKind {
  /// `Dense` on the last axis: kernel `[in, out]`.
  static let dense = KerasLayerKind("Dense", becomes: "Linear") {
    translator, layer, inputs throws(KerasError) in
    let kernel = try layer.weight(0, ["kernel"], rank: 2)
    let bias = try layer.bias(1, outputs: kernel.shape[1])
    let weight = ConstantFolding.transposed(kernel, order: [1, 0])
    let made = try translator.build(layer) { builder throws(GraphError) in
      try builder.dense(inputs[0], weight: weight, bias: bias, layer.name)
    }
    return try translator.activated(made, layer)
  }
}
