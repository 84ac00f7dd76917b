import SpikeCompute
import SpikeDiagnostics
import Testing

struct ConvolutionKernelTests {
  private func kernel(_ shape: TextbookConvolution, isTrained: Bool = true) throws
    -> ConvolutionKernel
  {
    try ConvolutionKernel(
      images: shape.images, height: shape.height, width: shape.width, channels: shape.channels,
      outputs: shape.outputs, kernel: shape.kernel, strides: shape.strides,
      padsBefore: shape.before, padsAfter: shape.after, dilations: shape.dilations,
      groups: shape.groups, isTrained: isTrained)
  }

  @Test("a convolution of random geometry agrees with seven loops", arguments: 1...60)
  func agreesWithLoops(seed: Int) throws {
    var random = TestRandom(seed: UInt64(seed))
    let shape = TextbookConvolution.random(&random)
    let kernel = try kernel(shape)
    let x = random.floats(shape.inputCount)
    let weight = random.floats(shape.weightCount)
    let bias = random.flag() ? random.floats(shape.outputs) : nil
    let dy = random.floats(shape.outputCount)
    #expect(kernel.outputHeight == shape.outputHeight && kernel.outputWidth == shape.outputWidth)

    let y = FloatBuffer(count: shape.outputCount)
    kernel.forward(
      FloatBuffer(x).all, weight: FloatBuffer(weight).all, bias: bias.map { FloatBuffer($0).all },
      into: y.all)
    #expect(
      y.all.array().distance(to: shape.forward(x, weight, bias)) < 1e-4, "seed \(seed): \(shape)")

    let dx = FloatBuffer(count: shape.inputCount)
    kernel.backwardData(FloatBuffer(dy).all, weight: FloatBuffer(weight).all, into: dx.all)
    #expect(
      dx.all.array().distance(to: shape.backwardData(dy, weight)) < 1e-4, "seed \(seed): \(shape)")

    let dw = FloatBuffer(count: shape.weightCount)
    let db = FloatBuffer(count: shape.outputs)
    kernel.backwardWeights(
      FloatBuffer(x).all, FloatBuffer(dy).all, weightGradient: dw.all, biasGradient: db.all)
    #expect(
      dw.all.array().distance(to: shape.backwardWeights(x, dy)) < 1e-4, "seed \(seed): \(shape)")
    var sums = [Double](repeating: 0, count: shape.outputs)
    for (index, value) in dy.enumerated() { sums[index % shape.outputs] += Double(value) }
    #expect(db.all.array().distance(to: sums.map { Float($0) }) < 1e-4)
  }
}
