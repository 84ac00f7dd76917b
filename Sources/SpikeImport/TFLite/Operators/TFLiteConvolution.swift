import SpikeGraph

extension TFLiteOperator {
  /// `CONV_2D`: weight `[O, H, W, C / groups]`, bias `[O]`.
  static let convolution = TFLiteOperator(
    "CONV_2D", 3, options: 1, inputs: 2...3, becomes: "Convolution"
  ) { translator, node throws(TFLiteError) in
    let x = try node.activation(0)
    let weight = try node.constant(1)
    let sizes = try node.convolutionSizes(x, weight)
    let channels = x.value.shape[2]
    guard channels % sizes[3] == 0, sizes[0] % (channels / sizes[3]) == 0 else {
      throw node.error(
        .shapeMismatch,
        "A weight of shape \(weight.tensor.shape) does not fit an input of shape \(x.value.shape).",
        fix: "convert the model again")
    }
    let window = try node.window(x, kernel: [sizes[1], sizes[2]], dilationField: 4)
    return try translator.convolved(
      x, weight, outputAxis: 0, order: [0, 3, 1, 2], window, groups: channels / sizes[3],
      bounds: try node.fusedActivation(3), node)
  }

  /// `DEPTHWISE_CONV_2D`: weight `[1, H, W, C · multiplier]`.
  static let depthwiseConvolution = TFLiteOperator(
    "DEPTHWISE_CONV_2D", 4, options: 2, inputs: 2...3,
    becomes: "Convolution with a group per channel"
  ) { translator, node throws(TFLiteError) in
    let x = try node.activation(0)
    let weight = try node.constant(1)
    let sizes = try node.convolutionSizes(x, weight)
    guard sizes[0] == 1, sizes[3] % x.value.shape[2] == 0 else {
      throw node.error(
        .shapeMismatch,
        "A weight of shape \(weight.tensor.shape) does not fit an input of shape \(x.value.shape).",
        fix: "convert the model again")
    }
    let window = try node.window(x, kernel: [sizes[1], sizes[2]], dilationField: 5)
    return try translator.convolved(
      x, weight, outputAxis: 3, order: [3, 0, 1, 2], window, groups: x.value.shape[2],
      bounds: try node.fusedActivation(4), node)
  }
}

extension TFLiteTranslator {
  /// - Parameter order: axes of the weight as `[O, I, H, W]`.
  fileprivate mutating func convolved(
    _ x: TFLiteActivation, _ weight: TFLiteConstant, outputAxis: Int, order: [Int],
    _ window: SpatialWindow, groups: Int, bounds: TFLiteBounds, _ node: TFLiteNode
  ) throws(TFLiteError) -> TFLiteValue {
    let numbers = try parameters(
      x, weight, try node.optionalConstant(2), outputAxis: outputAxis, node)
    var constants = [
      ParameterRole.weight: ConstantFolding.transposed(numbers.weight, order: order)
    ]
    constants[.bias] = numbers.bias
    let geometry = Convolution(
      kernel: window.kernel, strides: window.strides, padsBefore: window.padsBefore,
      padsAfter: window.padsAfter, dilations: window.dilations, groups: groups)
    let made = try build(node) { builder throws(GraphError) in
      try builder.appendSpatial(.convolution(geometry), node.name, reading: x.value, constants)
    }
    return try settle(made, factors: numbers.factors, bounds: bounds, node)
  }
}

extension TFLiteNode {
  /// Sizes of a weight of four axes for an image.
  fileprivate func convolutionSizes(
    _ x: TFLiteActivation, _ weight: TFLiteConstant
  ) throws(TFLiteError) -> [Int] {
    let sizes = weight.tensor.shape.dimensions
    guard sizes.count == 4, sizes.allSatisfy({ $0 > 0 }), x.value.shape.rank == 3 else {
      throw error(
        .shapeMismatch,
        "A weight of shape \(weight.tensor.shape) and an input of shape \(x.value.shape) (without "
          + "batch); allowed are four axes and an image.", fix: "convert the model again")
    }
    return sizes
  }

  /// The window of a convolution or pooling: padding in field 0, strides in 1 and 2.
  func window(
    _ x: TFLiteActivation, kernel: [Int], dilationField: Int?
  ) throws(TFLiteError) -> SpatialWindow {
    let sizes = 1...65_536
    var window = SpatialWindow(
      kernel: kernel,
      strides: [
        try integer(2, "stride", in: sizes), try integer(1, "stride", in: sizes),
      ])
    if let field = dilationField {
      window.dilations = [
        try integer(field + 1, "dilation", default: 1, in: sizes),
        try integer(field, "dilation", default: 1, in: sizes),
      ]
    }
    if try byte(0, "padding", in: 0...1) == 0 {
      window.padSame(Array(x.value.shape.dimensions.dropLast()))
    }
    return window
  }
}
