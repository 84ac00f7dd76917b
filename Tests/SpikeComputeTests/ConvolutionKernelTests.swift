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

  @Test("sums of small integers are exact")
  func integersAreExact() throws {
    var random = TestRandom(seed: 9)
    var shape = TextbookConvolution()
    (shape.images, shape.height, shape.width, shape.channels, shape.outputs) = (2, 7, 9, 40, 24)
    (shape.kernel, shape.before, shape.after) = ((3, 3), (1, 1), (1, 1))
    let x = (0..<shape.inputCount).map { _ in Float(random.int(in: 0...3)) }
    let weight = (0..<shape.weightCount).map { _ in Float(random.int(in: -128...127)) }
    let bias = (0..<shape.outputs).map { _ in Float(random.int(in: -4096...4095)) }
    let y = FloatBuffer(count: shape.outputCount)
    try kernel(shape).forward(
      FloatBuffer(x).all, weight: FloatBuffer(weight).all, bias: FloatBuffer(bias).all, into: y.all)
    #expect(y.all.array() == shape.forward(x, weight, bias))
  }

  @Test("a kernel for inference computes the same, and keeps packed weights when asked")
  func inference() throws {
    var random = TestRandom(seed: 4)
    var shape = TextbookConvolution()
    (shape.images, shape.height, shape.width, shape.channels, shape.outputs) = (1, 8, 8, 16, 32)
    shape.kernel = (3, 3)
    let kernel = try kernel(shape, isTrained: false)
    let weight = random.floats(shape.weightCount)
    let y = FloatBuffer(count: shape.outputCount)
    for keepsWeight in [false, true] {
      let x = random.floats(shape.inputCount)
      kernel.forward(
        FloatBuffer(x).all, weight: FloatBuffer(weight).all, bias: nil, into: y.all,
        keepsWeight: keepsWeight)
      #expect(y.all.array().distance(to: shape.forward(x, weight, nil)) < 1e-4)
    }
    let changed = weight.map { -$0 }
    let x = random.floats(shape.inputCount)
    kernel.forward(FloatBuffer(x).all, weight: FloatBuffer(changed).all, bias: nil, into: y.all)
    #expect(y.all.array().distance(to: shape.forward(x, changed, nil)) < 1e-4)
  }

  @Test(
    "sizes that are no convolution are refused with a remedy",
    arguments: [
      (images: 0, channels: 4, kernel: 3, stride: 1, pad: 0, groups: 1),
      (images: 1, channels: 4, kernel: 3, stride: 0, pad: 0, groups: 1),
      (images: 1, channels: 4, kernel: 3, stride: 1, pad: -1, groups: 1),
      (images: 1, channels: 4, kernel: 3, stride: 1, pad: 0, groups: 3),
      (images: 1, channels: 4, kernel: 9, stride: 1, pad: 0, groups: 1),
      (images: 1, channels: Int.max, kernel: 3, stride: 1, pad: 0, groups: 1),
    ])
  func refusals(images: Int, channels: Int, kernel: Int, stride: Int, pad: Int, groups: Int) {
    let error = #expect(throws: ComputeError.self) {
      try ConvolutionKernel(
        images: images, height: 8, width: 8, channels: channels, outputs: 8,
        kernel: (kernel, kernel), strides: (stride, stride), padsBefore: (pad, pad),
        groups: groups)
    }
    #expect(error?.code == .unsupportedGeometry && error?.fix != nil)
  }
}
