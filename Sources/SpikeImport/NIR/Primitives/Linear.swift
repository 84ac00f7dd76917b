import SpikeGraph

extension NIRPrimitive {
  /// `Linear`: y = W x.
  static let linear = NIRPrimitive(
    "Linear", becomes: "Linear", inputShape: linearInput
  ) { node, shape, _ throws(NIRError) in
    NIRTranslation(NIRLayer(operator: .linear, parameters: [.weight: try matrix(node, shape)]))
  }

  /// `Affine`: y = W x + b. A bias of one number counts for all outputs.
  static let affine = NIRPrimitive(
    "Affine", becomes: "Linear", inputShape: linearInput
  ) { node, shape, _ throws(NIRError) in
    let weight = try matrix(node, shape)
    return NIRTranslation(
      NIRLayer(
        operator: .linear,
        parameters: [.weight: weight, .bias: try bias(node, outputs: weight.shape[0])]))
  }

  /// `Scale`: y = s ⊙ x with one factor, or one for each element.
  static let scale = NIRPrimitive(
    "Scale", becomes: "Affine",
    inputShape: { node throws(NIRError) in try node.array("scale").shape }
  ) { node, shape, _ throws(NIRError) in
    let factors = try NIRParameter(node, "scale", for: shape)
    return NIRTranslation(
      NIRLayer(operator: .affine, parameters: [.scale: factors.constant(for: shape)]))
  }

  @Sendable
  private static func linearInput(_ node: NIRNode) throws(NIRError) -> Shape? {
    let weight = try node.array("weight").shape
    return weight.rank == 2 ? [weight[1]] : nil
  }

  private static func matrix(_ node: NIRNode, _ input: Shape) throws(NIRError) -> Tensor {
    let weight = try node.tensor("weight")
    guard weight.shape.rank == 2, weight.shape.elementCount > 0 else {
      throw node.error(
        .invalidField, "The weight has shape \(weight.shape); allowed is [out, in].",
        fix: "write the file with nir.write")
    }
    guard input.dimensions.last == weight.shape[1] else {
      throw node.error(
        .shapeMismatch,
        "The weight has shape \(weight.shape) ([out, in]); the input has shape \(input).",
        fix: input.rank > 1
          ? "put a Flatten in front of the layer" : "make the sizes of the layers fit")
    }
    return weight
  }

  /// The bias of a layer, one number for each output.
  static func bias(_ node: NIRNode, outputs: Int) throws(NIRError) -> Tensor {
    let bias = try node.array("bias").values
    guard bias.count == outputs || bias.count == 1 else {
      throw node.error(
        .invalidField, "The bias has \(bias.count) numbers; allowed are 1 or \(outputs).",
        fix: "give one number for each output")
    }
    return Tensor(
      (0..<outputs).map { Float(bias[bias.count == 1 ? 0 : $0]) }, shape: [outputs])
  }
}
