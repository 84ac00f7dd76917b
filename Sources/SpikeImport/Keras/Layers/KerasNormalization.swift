import SpikeGraph

extension KerasLayerKind {
  /// `BatchNormalization` of the last axis with stored statistics.
  static let batchNormalization = KerasLayerKind(
    "BatchNormalization", becomes: "BatchNormalization"
  ) { translator, layer, inputs throws(KerasError) in
    let rank = inputs[0].shape.rank
    let axis = try layer.integers("axis", axes: 1, default: [-1], in: -8...8)[0]
    guard axis == -1 || axis == rank else {
      throw layer.error(
        .unsupportedUse, "The axis is \(axis) of \(rank + 1); allowed is the last.",
        fix: "normalise the channels, which are the last axis")
    }
    let epsilon = try layer.number("epsilon") ?? 1e-3
    guard epsilon >= 0 else { throw layer.wrong("epsilon", "0 or more") }
    let channels = inputs[0].shape[rank - 1]
    var constants: [ParameterRole: Tensor] = [:]
    var place = 0
    let weights: [(role: ParameterRole, name: String, field: String?, other: Float)] = [
      (.scale, "gamma", "scale", 1), (.shift, "beta", "center", 0),
      (.mean, "moving_mean", nil, 0), (.variance, "moving_variance", nil, 0),
    ]
    for weight in weights {
      if let field = weight.field, try !layer.flag(field, default: true) {
        constants[weight.role] = Tensor(
          Array(repeating: weight.other, count: channels), shape: [channels])
        continue
      }
      constants[weight.role] = try layer.weight(place, [weight.name], rank: 1)
      place += 1
    }
    guard constants.values.allSatisfy({ $0.shape == [channels] }),
      constants[.variance]?.floats().allSatisfy({ $0 >= 0 }) == true
    else {
      throw layer.error(
        .invalidWeight,
        "The statistics are not \(channels) numbers each, or a variance is below 0.",
        fix: "save the model again")
    }
    let parameters = constants
    return try translator.build(layer) { builder throws(GraphError) in
      let operation = Operator.batchNormalization(epsilon: epsilon)
      if rank > 1 {
        return try builder.appendSpatial(operation, layer.name, reading: inputs[0], parameters)
      }
      var turned: [ParameterRole: Tensor] = [:]
      for (role, tensor) in parameters {
        turned[role] = try builder.constant(tensor, for: inputs[0]).reshaped(to: [channels])
      }
      return try builder.appendElementwise(operation, layer.name, reading: inputs[0], turned)
    }
  }

  /// `Rescaling`: scale · x + offset.
  static let rescaling = KerasLayerKind("Rescaling", becomes: "Affine") {
    translator, layer, inputs throws(KerasError) in
    let scale = try layer.number("scale") ?? 1
    let offset = try layer.number("offset") ?? 0
    return try translator.build(layer) { builder throws(GraphError) in
      try builder.affine(
        inputs[0], scale: .scalar(scale), shift: offset == 0 ? nil : .scalar(offset), layer.name)
    }
  }
}
