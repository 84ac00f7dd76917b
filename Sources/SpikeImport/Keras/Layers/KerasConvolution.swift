import SpikeGraph

// Kernels are [k…, in / groups, out]; those of depthwise layers [k…, channels, multiplier].
extension KerasLayerKind {
  /// `Conv1D`.
  static let conv1D = convolution("Conv1D", axes: 1)
  /// `Conv2D`.
  static let conv2D = convolution("Conv2D", axes: 2)
  /// `DepthwiseConv1D`.
  static let depthwiseConv1D = depthwise("DepthwiseConv1D", axes: 1)
  /// `DepthwiseConv2D`.
  static let depthwiseConv2D = depthwise("DepthwiseConv2D", axes: 2)
  /// `SeparableConv1D`: a depthwise convolution and one of a single place.
  static let separableConv1D = separable("SeparableConv1D", axes: 1)
  /// `SeparableConv2D`.
  static let separableConv2D = separable("SeparableConv2D", axes: 2)

  private static func convolution(_ name: String, axes: Int) -> KerasLayerKind {
    KerasLayerKind(name, becomes: "Convolution") { translator, layer, inputs throws(KerasError) in
      let window = try translator.window(layer, inputs[0], "kernel_size", axes: axes)
      let groups = try layer.integer("groups", default: 1, in: 1...65_536)
      let kernel = try layer.weight(0, ["kernel"], rank: axes + 2)
      let outputs = kernel.shape[axes + 1]
      var constants = [ParameterRole.weight: channelsFirst(kernel, axes)]
      constants[.bias] = try layer.bias(1, outputs: outputs)
      return try translator.activated(
        try translator.convolved(layer, inputs[0], window, groups: groups, constants), layer)
    }
  }

  private static func depthwise(_ name: String, axes: Int) -> KerasLayerKind {
    KerasLayerKind(name, becomes: "Convolution with a group per channel") {
      translator, layer, inputs throws(KerasError) in
      let kernel = try layer.weight(0, ["depthwise_kernel", "kernel"], rank: axes + 2)
      let window = try translator.window(layer, inputs[0], "kernel_size", axes: axes)
      let outputs = kernel.shape[axes] * kernel.shape[axes + 1]
      var constants = [ParameterRole.weight: perChannel(kernel, axes)]
      constants[.bias] = try layer.bias(1, outputs: outputs)
      return try translator.activated(
        try translator.convolved(
          layer, inputs[0], window, groups: kernel.shape[axes], constants), layer)
    }
  }

  private static func separable(_ name: String, axes: Int) -> KerasLayerKind {
    KerasLayerKind(name, becomes: "two convolutions") {
      translator, layer, inputs throws(KerasError) in
      let depthwise = try layer.weight(0, ["depthwise_kernel"], rank: axes + 2)
      let pointwise = try layer.weight(1, ["pointwise_kernel"], rank: axes + 2)
      let window = try translator.window(layer, inputs[0], "kernel_size", axes: axes)
      let middle = try translator.convolved(
        layer, inputs[0], window, groups: depthwise.shape[axes],
        [.weight: perChannel(depthwise, axes)])
      let ones = Array(repeating: 1, count: axes)
      var constants = [ParameterRole.weight: channelsFirst(pointwise, axes)]
      constants[.bias] = try layer.bias(2, outputs: pointwise.shape[axes + 1])
      return try translator.activated(
        try translator.convolved(
          layer, middle, SpatialWindow(kernel: ones, strides: ones), groups: 1, constants), layer)
    }
  }

  /// `[k…, in, out]` as `[out, in, k…]`.
  private static func channelsFirst(_ kernel: Tensor, _ axes: Int) -> Tensor {
    ConstantFolding.transposed(kernel, order: [axes + 1, axes] + Array(0..<axes))
  }

  /// `[k…, channels, multiplier]` as `[channels · multiplier, 1, k…]`.
  private static func perChannel(_ kernel: Tensor, _ axes: Int) -> Tensor {
    let sizes = kernel.shape.dimensions
    let window = Array(sizes.prefix(axes))
    let joined = kernel.reshaped(to: Shape(window + [sizes[axes] * sizes[axes + 1]]))
    return ConstantFolding.transposed(joined, order: [axes] + Array(0..<axes))
      .reshaped(to: Shape([sizes[axes] * sizes[axes + 1], 1] + window))
  }
}

extension KerasTranslator {
  fileprivate mutating func convolved(
    _ layer: KerasLayer, _ input: ChannelsLastValue, _ window: SpatialWindow, groups: Int,
    _ constants: [ParameterRole: Tensor]
  ) throws(KerasError) -> ChannelsLastValue {
    let kernel = Array(constants[.weight]?.shape.dimensions.dropFirst(2) ?? [])
    guard kernel == window.kernel else {
      throw layer.error(
        .invalidWeight,
        "The kernel has the window \(kernel); the configuration says \(window.kernel).",
        fix: "save the model again")
    }
    let geometry = Convolution(
      kernel: kernel, strides: window.strides, padsBefore: window.padsBefore,
      padsAfter: window.padsAfter, dilations: window.dilations, groups: groups)
    return try build(layer) { builder throws(GraphError) in
      try builder.appendSpatial(.convolution(geometry), layer.name, reading: input, constants)
    }
  }

  /// The window of a layer over one or two axes, with its padding.
  func window(
    _ layer: KerasLayer, _ input: ChannelsLastValue, _ size: String, axes: Int
  ) throws(KerasError) -> SpatialWindow {
    try layer.checkChannelsLast()
    try checkRank(input, axes + 1, layer)
    let allowed = 1...65_536
    let kernel = try layer.integers(size, axes: axes, in: allowed)
    // A pooling without strides steps by its window; convolutions always say theirs.
    let strides = try layer.integers("strides", axes: axes, default: kernel, in: allowed)
    var window = SpatialWindow(
      kernel: kernel, strides: strides,
      dilations: try layer.integers(
        "dilation_rate", axes: axes, default: kernel.map { _ in 1 }, in: allowed))
    switch try layer.text("padding", default: "valid") {
    case "valid": break
    case "same": window.padSame(Array(input.shape.dimensions.dropLast()))
    case "causal" where axes == 1:
      window.padsBefore = [(kernel[0] - 1) * window.dilations[0]]
    default: throw layer.wrong("padding", "'valid' or 'same'")
    }
    return window
  }
}
