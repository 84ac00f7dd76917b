import SpikeGraph

extension KerasLayerKind {
  /// `Activation` by name.
  static let activation = KerasLayerKind("Activation", becomes: "Relu, Clip, LeakyRelu, Softmax") {
    translator, layer, inputs throws(KerasError) in
    try translator.activated(inputs[0], layer)
  }

  /// `ReLU` with an upper bound or a slope below 0.
  static let reLU = KerasLayerKind("ReLU", becomes: "Relu, Clip or LeakyRelu") {
    translator, layer, inputs throws(KerasError) in
    let maximum = try layer.number("max_value")
    let slope = try layer.number("negative_slope") ?? 0
    guard try layer.number("threshold") ?? 0 == 0, slope == 0 || maximum == nil,
      maximum ?? 1 > 0
    else {
      throw layer.error(
        .unsupportedUse,
        "A threshold, or a slope with an upper bound, has no counterpart; allowed is one of "
          + "max_value above 0 and negative_slope.", fix: "train the network with ReLU(max_value)")
    }
    let operation: Operator =
      slope != 0
      ? .leakyRelu(alpha: slope) : maximum.map { .clip(minimum: 0, maximum: $0) } ?? .relu
    return try translator.build(layer) { builder throws(GraphError) in
      try builder.appendElementwise(operation, layer.name, reading: inputs[0])
    }
  }

  /// `LeakyReLU`; the slope is `alpha` in Keras 2 and `negative_slope` in Keras 3.
  static let leakyReLU = KerasLayerKind("LeakyReLU", becomes: "LeakyRelu") {
    translator, layer, inputs throws(KerasError) in
    let slope: Float
    if let given = try layer.number("negative_slope") {
      slope = given
    } else {
      slope = try layer.number("alpha") ?? 0.3
    }
    return try translator.build(layer) { builder throws(GraphError) in
      try builder.appendElementwise(.leakyRelu(alpha: slope), layer.name, reading: inputs[0])
    }
  }

  /// `Softmax` along the last axis.
  static let softmax = KerasLayerKind("Softmax", becomes: "Softmax, at the end of the network") {
    translator, layer, inputs throws(KerasError) in
    let axis = try layer.integer("axis", default: -1, in: -8...8)
    guard axis == -1 || axis == inputs[0].shape.rank else {
      throw layer.error(
        .unsupportedUse, "The axis is \(axis); allowed is the last.",
        fix: "take the softmax along the channels")
    }
    return try translator.build(layer) { builder throws(GraphError) in
      try builder.softmax(inputs[0], layer.name)
    }
  }
}
