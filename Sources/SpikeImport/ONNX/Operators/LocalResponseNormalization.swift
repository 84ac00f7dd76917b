import SpikeGraph

extension ONNXOperator {
  /// `LRN`: x / (bias + alpha / size · sum of squares of neighbouring channels)^beta.
  ///
  /// Written with a product of activations, which spikes have not: such networks run, and `convert`
  /// refuses them.
  static let localResponseNormalization = ONNXOperator(
    "LRN", versions: 1...newest, inputs: 1...1, attributes: ["alpha", "beta", "bias", "size"],
    becomes: "Power, SumPool, Power, Multiply (not convertible)"
  ) { node throws(ImportError) in
    let input = try node.activation(0)
    let size = try node.integer("size")
    guard (1...4096).contains(size), input.shape.rank >= 1 else {
      throw node.wrongValue("size", "\(size)", "1 to 4096")
    }
    let alpha = try node.float("alpha", default: 1e-4)
    let channels = input.shape[0]
    let positions = input.shape.dimensions.dropFirst().reduce(1, *)
    var sketch = ONNXSketch(for: node)
    let x = ONNXSketch.Value(input)
    let squares = sketch.pointwise(
      sketch.reshaped(x, to: [1, channels, positions]), .power, alpha: 2)
    let sums = try sketch.pooled(
      squares,
      Pooling(
        kernel: [size, 1], strides: [1, 1], padsBefore: [(size - 1) / 2, 0],
        padsAfter: [size / 2, 0]), { .sumPool($0) }, for: node)
    let scale = sketch.affine(
      sums, scale: alpha / Float(size), shift: try node.float("bias", default: 1))
    let factor = sketch.pointwise(scale, .power, alpha: -(try node.float("beta", default: 0.75)))
    return sketch.translation(
      sketch.add(.multiply, [:], x, sketch.reshaped(factor, to: input.shape)))
  }
}
