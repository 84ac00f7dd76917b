import SpikeGraph

/// Window of a convolution or a pool, as PyTorch's arguments have it.
struct ArchitectureWindow {
  let kernel: [Int]
  /// Nil where the file does not say it.
  let strides: [Int]?
  let padsBefore: [Int]
  let padsAfter: [Int]
  let dilations: [Int]

  private static let sizes = 1...65_536

  init(_ layer: ArchitectureLayer, axes: Int) throws(ArchitectureError) {
    let object = layer.object
    _ = try object.required("kernel")
    kernel = try object.integers("kernel", axes: axes, Self.sizes) ?? []
    strides = try object.integers("stride", axes: axes, Self.sizes)
    dilations =
      try object.integers("dilation", axes: axes, Self.sizes) ?? Array(repeating: 1, count: axes)
    if object["padding"]?.string == "same" {
      guard strides?.allSatisfy({ $0 == 1 }) ?? true, layer.kind.tensors[.weight] != nil else {
        throw object.invalid("padding", allowed: "is 'same' for convolutions with stride 1 alone")
      }
      let total = zip(kernel, dilations).map { ($0 - 1) * $1 }
      padsBefore = total.map { $0 / 2 }
      padsAfter = total.map { $0 - $0 / 2 }
    } else {
      padsBefore =
        try object.integers("padding", axes: axes, 0...65_536) ?? Array(repeating: 0, count: axes)
      padsAfter = padsBefore
    }
  }
}

extension ArchitectureKind {
  static let maxPool1D = pool("maxPool1d", axes: 1, ["dilation"]) { .maxPool($0) }
  static let maxPool2D = pool("maxPool2d", axes: 2, ["dilation"]) { .maxPool($0) }
  static let averagePool1D = pool("averagePool1d", axes: 1, ["countsPadding"]) { .averagePool($0) }
  static let averagePool2D = pool("averagePool2d", axes: 2, ["countsPadding"]) { .averagePool($0) }
  static let sumPool1D = pool("sumPool1d", axes: 1, []) { .sumPool($0) }
  static let sumPool2D = pool("sumPool2d", axes: 2, []) { .sumPool($0) }

  private static func pool(
    _ name: String, axes: Int, _ keys: Set<String>,
    _ make: @escaping @Sendable (Pooling) -> Operator
  ) -> ArchitectureKind {
    ArchitectureKind(
      name: name, keys: keys.union(["kernel", "stride", "padding", "roundsUp"])
    ) { layer, inputs, builder throws(ArchitectureError) in
      let x = inputs[0].shape
      let window = try ArchitectureWindow(layer, axes: axes)
      // PyTorch has the same rule: a window must hold something of the input.
      for (pad, kernel) in zip(window.padsBefore, window.kernel) where pad * 2 > kernel {
        throw layer.object.invalid("padding", allowed: "is at most half of the kernel")
      }
      let pooling = Pooling(
        kernel: window.kernel, strides: window.strides, padsBefore: window.padsBefore,
        padsAfter: window.padsAfter, dilations: window.dilations,
        roundsUp: try layer.object.flag("roundsUp", default: false),
        countsPadding: try layer.object.flag("countsPadding", default: true))
      guard x.rank == axes + 1,
        let sizes = pooling.outputSizes(for: Array(x.dimensions.dropFirst()))
      else { throw layer.unfit(x) }
      return builder.put(make(pooling), layer, inputs, shape: Shape([x[0]] + sizes))
    }
  }
}
