import SpikeGraph

extension TFLiteOperator {
  /// `FULLY_CONNECTED`: weight `[O, I]`; an image of I elements is flattened, or kept with
  /// `keep_num_dims`, which makes it a convolution of one place.
  static let fullyConnected = TFLiteOperator(
    "FULLY_CONNECTED", 9, options: 8, inputs: 2...3, becomes: "Linear"
  ) { translator, node throws(TFLiteError) in
    var x = try node.activation(0)
    let weight = try node.constant(1)
    guard try node.byte(1, "weight format", in: 0...1) == 0, weight.tensor.shape.rank == 2,
      weight.tensor.count > 0
    else {
      throw node.error(
        .unsupportedUse,
        "The weight has the shape \(weight.tensor.shape) or is shuffled; [out, in] is allowed.",
        fix: "convert the model again")
    }
    let keepsAxes = try node.byte(2, "keep_num_dims", in: 0...1) == 1
    if !keepsAxes, x.value.shape.rank > 1 {
      guard x.value.shape.elementCount == weight.tensor.shape[1] else {
        throw node.error(
          .batchAxis,
          "The node folds an input of shape \(x.value.shape) (without batch) into rows of "
            + "\(weight.tensor.shape[1]); sfconv handles each sample by itself.",
          fix: "flatten the activation in front of the layer")
      }
      x.value = try translator.build(node) { builder throws(GraphError) in
        try builder.reshape(x.value, to: [weight.tensor.shape[1]], "\(node.name).flat")
      }
    }
    let numbers = try translator.parameters(
      x, weight, try node.optionalConstant(2), outputAxis: 0, node)
    let input = x.value
    let made = try translator.build(node) { builder throws(GraphError) in
      try builder.dense(input, weight: numbers.weight, bias: numbers.bias, node.name)
    }
    return try translator.settle(
      made, factors: numbers.factors, bounds: try node.fusedActivation(0), node)
  }
}
