import SpikeCompute
import Testing

/// A convolution whose input is sparse, with everything that its passes read.
private struct SparseCase: CustomStringConvertible {
  var shape: TextbookConvolution
  var density: Double
  var isGraded: Bool
  var x: [Float], weight: [Float], bias: [Float]?, dy: [Float]

  var description: String { "\(shape), density \(density), graded \(isGraded)" }

  /// Steps of 1 where `hasGradients`, anything otherwise; pads of any size.
  init(_ random: inout TestRandom, hasGradients: Bool) {
    var shape = TextbookConvolution.random(&random)
    shape.groups = 1
    shape.channels = random.int(in: 1...70)
    shape.outputs = random.int(in: 1...140)
    if hasGradients { (shape.strides, shape.dilations) = ((1, 1), (1, 1)) }
    if random.int(in: 0...2) == 0 { shape.kernel = (3, 3) }
    shape.height += shape.kernel.0 * shape.dilations.0
    shape.width += shape.kernel.1 * shape.dilations.1
    if random.int(in: 0...3) == 0 { (shape.images, shape.height, shape.width) = (1, 9, 40) }
    self.shape = shape
    density = [0, 0.02, 0.1, 0.3][random.int(in: 0...3)]
    isGraded = random.flag()
    x = SparseCase.activations(shape.inputCount, density, isGraded, &random)
    weight = random.floats(shape.weightCount)
    bias = random.flag() ? random.floats(shape.outputs) : nil
    dy = random.floats(shape.outputCount)
  }

  static func activations(
    _ count: Int, _ density: Double, _ isGraded: Bool, _ random: inout TestRandom
  ) -> [Float] {
    (0..<count).map { _ in
      guard Double(random.float(in: 0...1)) < density else { return 0 }
      return isGraded ? [-1, 0.25, 0.5, 0.75, 3][random.int(in: 0...4)] : 1
    }
  }

  func kernel() throws -> SparseConvolutionKernel {
    try #require(
      SparseConvolutionKernel(
        images: shape.images, height: shape.height, width: shape.width, channels: shape.channels,
        outputHeight: shape.outputHeight, outputWidth: shape.outputWidth, outputs: shape.outputs,
        kernel: shape.kernel, strides: shape.strides, padsBefore: shape.before,
        dilations: shape.dilations))
  }

  /// Marks an image that a kernel left over, in a result that must not have been touched.
  private func leave(_ image: Int, _ result: FloatBuffer) {
    let size = result.count / shape.images
    let part = result.view(image * size..<(image + 1) * size)
    let isUntouched = part.array().allSatisfy { $0.isNaN }
    #expect(isUntouched, "\(self)")
    part.fill(.infinity)
  }

  /// A result with `expected` where an image was left over.
  func filled(_ found: [Float], _ expected: [Float]) -> [Float] {
    zip(found, expected).map { $0 == .infinity ? $1 : $0 }
  }

  func forward(_ kernel: SparseConvolutionKernel) -> [Float]? {
    let y = FloatBuffer(Array(repeating: Float.nan, count: shape.outputCount))
    let packed = FloatBuffer(count: kernel.packedCount)
    kernel.pack(FloatBuffer(weight).all, into: packed.all)
    let isDone = kernel.forward(
      FloatBuffer(x).all, packed: { packed.all }, bias: bias.map { FloatBuffer($0).all },
      into: y.all, scratch: FloatBuffer(count: kernel.forwardScratch).all,
      leftOver: { leave($0, y) })
    return isDone ? y.all.array() : nil
  }

  func backwardWeights(_ kernel: SparseConvolutionKernel) -> (weight: [Float], bias: [Float])? {
    let dw = FloatBuffer(Array(repeating: Float.nan, count: shape.weightCount))
    let db = FloatBuffer(count: shape.outputs)
    let isDone = kernel.backwardWeights(
      FloatBuffer(x).all, FloatBuffer(dy).all, weightGradient: dw.all, biasGradient: db.all,
      scratch: FloatBuffer(count: kernel.weightGradientScratch).all)
    return isDone ? (dw.all.array(), db.all.array()) : nil
  }

  func backwardData(_ kernel: SparseConvolutionKernel, _ dy: [Float]) -> [Float]? {
    let dx = FloatBuffer(Array(repeating: Float.nan, count: shape.inputCount))
    let packed = FloatBuffer(count: kernel.transposedCount)
    kernel.packTransposed(FloatBuffer(weight).all, into: packed.all)
    let isDone = kernel.backwardData(
      FloatBuffer(dy).all, packed: { packed.all }, into: dx.all,
      scratch: FloatBuffer(count: kernel.dataGradientScratch).all, leftOver: { leave($0, dx) })
    return isDone ? dx.all.array() : nil
  }
}

struct SparseConvolutionTests {
  @Test("events of random shapes and densities give the convolution", arguments: 1...60)
  func forward(seed: Int) throws {
    var random = TestRandom(seed: UInt64(seed))
    let some = SparseCase(&random, hasGradients: false)
    guard let y = some.forward(try some.kernel()) else {
      #expect(some.density > 0.2, "seed \(seed): \(some)")
      return
    }
    let expected = some.shape.forward(some.x, some.weight, some.bias)
    #expect(some.filled(y, expected).distance(to: expected) < 1e-4, "seed \(seed): \(some)")
  }

  @Test("events give the gradients of weights and bias", arguments: 1...40)
  func backwardWeights(seed: Int) throws {
    var random = TestRandom(seed: UInt64(seed))
    let some = SparseCase(&random, hasGradients: true)
    guard let gradients = some.backwardWeights(try some.kernel()) else {
      #expect(some.density > 0.2, "seed \(seed): \(some)")
      return
    }
    #expect(
      gradients.weight.distance(to: some.shape.backwardWeights(some.x, some.dy)) < 1e-4,
      "seed \(seed): \(some)")
    var sums = [Double](repeating: 0, count: some.shape.outputs)
    for (index, value) in some.dy.enumerated() { sums[index % some.shape.outputs] += Double(value) }
    #expect(gradients.bias.distance(to: sums.map { Float($0) }) < 1e-4)
  }

  @Test("sparse gradients give the gradient of the input", arguments: 1...40)
  func backwardData(seed: Int) throws {
    var random = TestRandom(seed: UInt64(seed))
    let some = SparseCase(&random, hasGradients: true)
    let dy = SparseCase.activations(some.shape.outputCount, some.density, true, &random)
    guard let dx = some.backwardData(try some.kernel(), dy) else {
      #expect(some.density > 0.2, "seed \(seed): \(some)")
      return
    }
    let expected = some.shape.backwardData(dy, some.weight)
    #expect(some.filled(dx, expected).distance(to: expected) < 1e-4, "seed \(seed): \(some)")
  }

  @Test("sums of small integers are exact, and equal to those of the dense kernel")
  func integersAreExact() throws {
    for (channels, outputs) in [(64, 64), (200, 130), (17, 33)] {
      var random = TestRandom(seed: UInt64(channels))
      var some = SparseCase(&random, hasGradients: true)
      var shape = TextbookConvolution()
      (shape.images, shape.height, shape.width) = (5, 7, 9)
      (shape.channels, shape.outputs) = (channels, outputs)
      (shape.kernel, shape.before, shape.after) = ((3, 3), (1, 1), (1, 1))
      some.shape = shape
      some.x = (0..<shape.inputCount).map { _ in Float(max(0, random.int(in: -12...3))) }
      some.weight = (0..<shape.weightCount).map { _ in Float(random.int(in: -128...127)) }
      some.bias = (0..<shape.outputs).map { _ in Float(random.int(in: -4096...4095)) }
      some.dy = (0..<shape.outputCount).map { _ in Float(random.int(in: -100...100)) }
      let kernel = try some.kernel()
      let dense = try ConvolutionKernel(
        images: shape.images, height: shape.height, width: shape.width, channels: channels,
        outputs: outputs, kernel: shape.kernel, padsBefore: (1, 1), padsAfter: (1, 1))
      let (y, dw) = (FloatBuffer(count: shape.outputCount), FloatBuffer(count: shape.weightCount))
      dense.forward(
        FloatBuffer(some.x).all, weight: FloatBuffer(some.weight).all,
        bias: some.bias.map { FloatBuffer($0).all }, into: y.all)
      dense.backwardWeights(
        FloatBuffer(some.x).all, FloatBuffer(some.dy).all, weightGradient: dw.all,
        biasGradient: nil)
      #expect(some.forward(kernel) == y.all.array())
      #expect(some.backwardWeights(kernel)?.weight == dw.all.array())
    }
  }

  @Test("an input that is too dense is left to the dense kernel, and nothing is written")
  func givesUp() throws {
    var random = TestRandom(seed: 5)
    var some = SparseCase(&random, hasGradients: true)
    for share in [0.5, 1] {
      some.x = (0..<some.shape.inputCount).map { _ in
        Double(random.float(in: 0...1)) <= share ? 1 : 0
      }
      #expect(some.forward(try some.kernel()) == nil)
      #expect(some.backwardWeights(try some.kernel()) == nil)
    }
    #expect(some.backwardData(try some.kernel(), some.dy) == nil)
  }

  @Test("dense images are left over, whatever images are beside them")
  func mixesDensities() throws {
    var random = TestRandom(seed: 6)
    var some = SparseCase(&random, hasGradients: true)
    some.shape.images = 4
    let size = some.shape.inputCount / 4
    some.x = (0..<some.shape.inputCount).map { index in
      let density: Float = [0.8, 0.1, 0.9, 0][index / size]
      return random.float(in: 0...1) < density ? 1 : 0
    }
    let y = try #require(some.forward(try some.kernel()))
    let expected = some.shape.forward(some.x, some.weight, some.bias)
    #expect(some.filled(y, expected).distance(to: expected) < 1e-4)
    let outputs = some.shape.outputCount / 4
    for image in 0..<4 {
      let isLeft = y[image * outputs..<(image + 1) * outputs].allSatisfy { $0 == .infinity }
      #expect(isLeft == [0, 2].contains(image))
    }
    var alone = some
    alone.shape.images = 1
    alone.x = Array(some.x[size..<2 * size])
    #expect(alone.forward(try alone.kernel()) == Array(y[outputs..<2 * outputs]))
  }

  @Test("a convolution with more elements than 32 bits can count has no event-driven kernel")
  func refusesHugeImages() {
    #expect(
      SparseConvolutionKernel(
        images: 1 << 12, height: 1 << 8, width: 1 << 8, channels: 16, outputHeight: 1 << 8,
        outputWidth: 1 << 8, outputs: 1, kernel: (1, 1)) == nil)
  }
}
