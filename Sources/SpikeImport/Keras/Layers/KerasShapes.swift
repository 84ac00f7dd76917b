import SpikeGraph

extension KerasLayerKind {
  /// `Flatten`, channels last; a matrix product behind it gets its columns permuted instead.
  static let flatten = KerasLayerKind("Flatten", becomes: "Reshape") {
    translator, layer, inputs throws(KerasError) in
    try layer.checkChannelsLast()
    return try translator.build(layer) { builder throws(GraphError) in
      try builder.reshape(inputs[0], to: [inputs[0].shape.elementCount], layer.name)
    }
  }

  /// `Reshape`; one size may be -1.
  static let reshape = KerasLayerKind("Reshape", becomes: "Reshape, and Transpose where it must") {
    translator, layer, inputs throws(KerasError) in
    var sizes = try layer.integers("target_shape", in: -1...1 << 30)
    let open = sizes.indices.filter { sizes[$0] == -1 }
    guard sizes.count < ChannelsLastBuilder.rankLimit, open.count <= 1, !sizes.contains(0) else {
      throw layer.wrong("target_shape", "sizes above 0, one of them -1 at most")
    }
    if let place = open.first {
      sizes[place] = 1
      let count = Shape(sizes).elementCount
      sizes[place] = max(1, inputs[0].shape.elementCount / count)
    }
    let shape = Shape(sizes)
    return try translator.build(layer) { builder throws(GraphError) in
      try builder.reshape(inputs[0], to: shape, layer.name)
    }
  }

  /// `Permute`; axes count from 1.
  static let permute = KerasLayerKind(
    "Permute", becomes: "Transpose, or nothing between the two layouts of images"
  ) { translator, layer, inputs throws(KerasError) in
    let order = try layer.integers("dims", in: 1...8).map { $0 - 1 }
    return try translator.build(layer) { builder throws(GraphError) in
      try builder.transpose(inputs[0], order: order, layer.name)
    }
  }

  /// `ZeroPadding1D`.
  static let zeroPadding1D = KerasLayerKind(
    "ZeroPadding1D", becomes: "the border of a convolution, or Pad"
  ) { translator, layer, inputs throws(KerasError) in
    try translator.padded(
      layer, inputs[0], [try layer.integers("padding", axes: 2, in: 0...65_536)])
  }

  /// `ZeroPadding2D`: `[[top, bottom], [left, right]]`.
  static let zeroPadding2D = KerasLayerKind(
    "ZeroPadding2D", becomes: "the border of a convolution, or Pad"
  ) { translator, layer, inputs throws(KerasError) in
    try layer.checkChannelsLast()
    var pads: [[Int]] = []
    for side in layer.field("padding")?.elements ?? [] {
      let inner = KerasLayer(
        name: layer.name, className: layer.className, config: .object(["padding": side]),
        weights: nil)
      pads.append(try inner.integers("padding", axes: 2, in: 0...65_536))
    }
    guard pads.count == 2 else { throw layer.wrong("padding", "[[top, bottom], [left, right]]") }
    return try translator.padded(layer, inputs[0], pads)
  }
}

extension KerasTranslator {
  fileprivate mutating func padded(
    _ layer: KerasLayer, _ input: ChannelsLastValue, _ pads: [[Int]]
  ) throws(KerasError) -> ChannelsLastValue {
    try checkRank(input, pads.count + 1, layer)
    return try build(layer) { builder throws(GraphError) in
      try builder.pad(
        input, before: pads.map { $0[0] } + [0], after: pads.map { $0[1] } + [0], with: 0,
        layer.name)
    }
  }
}
