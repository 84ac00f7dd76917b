import SpikeDiagnostics
import SpikeGraph

extension ArchitectureKind {
  static let convolution1D = convolution("conv1d", axes: 1)
  static let convolution2D = convolution("conv2d", axes: 2)

  /// y = W x + b on the last axis, as `torch.nn.Linear`.
  static let linear = ArchitectureKind(
    name: "linear", keys: ["features", "bias"], tensors: [.weight: "weight", .bias: "bias"]
  ) { layer, inputs, builder throws(ArchitectureError) in
    let x = inputs[0]
    let features = try outputs("features", layer, builder)
    guard let last = x.shape.dimensions.last else { throw layer.unfit(x.shape) }
    let tensors = try synapses(layer, weight: [features, last])
    return builder.put(
      .linear, layer, inputs, shape: Shape(x.shape.dimensions.dropLast() + [features]),
      tensors: tensors)
  }

  /// Batch normalisation over the first axis, as `torch.nn.BatchNorm1d` and `BatchNorm2d`.
  static let batchNormalization = ArchitectureKind(
    name: "batchNorm", keys: ["epsilon"],
    tensors: [
      .scale: "weight", .shift: "bias", .mean: "running_mean", .variance: "running_var",
    ]
  ) { layer, inputs, builder throws(ArchitectureError) in
    let epsilon =
      try layer.object.number("epsilon", 0...1, "are numbers from 0 to 1") ?? 1e-5
    let channels: Shape = [inputs[0].shape[0]]
    return builder.put(
      .batchNormalization(epsilon: Float(epsilon)), layer, inputs, shape: inputs[0].shape,
      tensors: [.scale: channels, .shift: channels, .mean: channels, .variance: channels])
  }

  private static func convolution(_ name: String, axes: Int) -> ArchitectureKind {
    ArchitectureKind(
      name: name,
      keys: ["channels", "kernel", "stride", "padding", "dilation", "groups", "bias"],
      tensors: [.weight: "weight", .bias: "bias"]
    ) { layer, inputs, builder throws(ArchitectureError) in
      let x = inputs[0].shape
      let window = try ArchitectureWindow(layer, axes: axes)
      let groups = try layer.object.integer("groups", 1...65_536) ?? 1
      let channels = try outputs("channels", layer, builder)
      guard x.rank == axes + 1, x[0] % groups == 0, channels % groups == 0 else {
        throw layer.unfit(x)
      }
      let geometry = Convolution(
        kernel: window.kernel, strides: window.strides ?? Array(repeating: 1, count: axes),
        padsBefore: window.padsBefore, padsAfter: window.padsAfter, dilations: window.dilations,
        groups: groups)
      guard let sizes = geometry.outputSizes(for: Array(x.dimensions.dropFirst())) else {
        throw layer.unfit(x)
      }
      let weight = Shape([channels, x[0] / groups] + window.kernel)
      return builder.put(
        .convolution(geometry), layer, inputs, shape: Shape([channels] + sizes),
        tensors: try synapses(layer, weight: weight))
    }
  }

  /// Output channels: stated, or what the weight in the file has.
  private static func outputs(
    _ key: String, _ layer: ArchitectureLayer, _ builder: ArchitectureBuilder
  ) throws(ArchitectureError) -> Int {
    if let stated = try layer.object.integer(key, 1...1 << 20) { return stated }
    if let first = builder.tensor("\(layer.name).weight")?.shape.dimensions.first,
      (1...1 << 20).contains(first)
    {
      return first
    }
    throw layer.object.error(
      .unknownChannels, key,
      "is missing, and the weights have no '\(layer.name).weight' to tell it.",
      fix: "add '\(key)', or name the layer as the state dict does")
  }

  private static func synapses(
    _ layer: ArchitectureLayer, weight: Shape
  ) throws(ArchitectureError) -> [ParameterRole: Shape] {
    guard weight.elementCount <= Int(Int32.max) else {
      throw ArchitectureError(
        .tooLarge,
        "\(layer.object.path) has weights of shape \(weight); at most \(Int32.max) elements are allowed.",
        at: layer.object.layer, fix: "check the sizes of the layer")
    }
    return try layer.object.flag("bias", default: true)
      ? [.weight: weight, .bias: [weight[0]]] : [.weight: weight]
  }
}

extension ArchitectureLayer {
  /// The error for an input that the layer cannot take.
  func unfit(_ shape: Shape) -> ArchitectureError {
    ArchitectureError(
      .shapeMismatch, "\(object.path) (\(kind.name)) does not fit its input of shape \(shape).",
      at: object.layer,
      fix: "check the sizes; a signal is [C, L], an image [C, H, W], and 'flatten' makes a vector")
  }
}
