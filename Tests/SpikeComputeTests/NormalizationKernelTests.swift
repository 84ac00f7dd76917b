import SpikeCompute
import Testing

struct NormalizationKernelTests {
  static let shapes = [(1, 1), (7, 3), (40, 16), (13, 64), (9, 70), (300, 130)]

  /// Per-channel statistics and a loss of batch normalisation in double.
  struct Textbook {
    let rows: Int
    let channels: Int
    var x: [Double]
    var scale: [Double]
    var shift: [Double]
    let epsilon: Double
    let weights: [Double]
    var fixed: (mean: [Double], variance: [Double])?

    var moments: (mean: [Double], variance: [Double]) {
      if let fixed { return fixed }
      var mean = [Double](repeating: 0, count: channels)
      var variance = mean
      for (index, value) in x.enumerated() { mean[index % channels] += value / Double(rows) }
      for (index, value) in x.enumerated() {
        let d = value - mean[index % channels]
        variance[index % channels] += d * d / Double(rows)
      }
      return (mean, variance)
    }

    var y: [Double] {
      let (mean, variance) = moments
      return x.enumerated().map { index, value in
        let c = index % channels
        return (value - mean[c]) / (variance[c] + epsilon).squareRoot() * scale[c] + shift[c]
      }
    }

    var loss: Double { zip(y, weights).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  @Test("moments agree with the textbook, also far from zero", arguments: shapes)
  func moments(rows: Int, channels: Int) {
    var random = TestRandom(seed: UInt64(rows))
    let x = random.floats(rows * channels, in: 1000...1001)
    let mean = FloatBuffer(count: channels)
    let variance = FloatBuffer(count: channels)
    Kernels.channelMoments(FloatBuffer(x).all, mean: mean.all, variance: variance.all)
    let expected = Textbook(
      rows: rows, channels: channels, x: x.map { Double($0) }, scale: [], shift: [], epsilon: 0,
      weights: []
    ).moments
    #expect(mean.all.array().distance(to: expected.mean.map { Float($0) }) <= 1e-4)
    #expect(variance.all.array().distance(to: expected.variance.map { Float($0) }) < 1e-6)
  }

  @Test(
    "batch normalisation and its gradients agree with finite differences", arguments: shapes,
    [true, false])
  func batchNorm(shape: (rows: Int, channels: Int), isTraining: Bool) {
    let (rows, channels) = shape
    let count = rows * channels
    var random = TestRandom(seed: UInt64(count))
    let (x, weights) = (random.floats(count), random.floats(count))
    let (scale, shift) = (random.floats(channels, in: 0.5...2), random.floats(channels))
    let mean = FloatBuffer(random.floats(channels))
    let variance = FloatBuffer(random.floats(channels, in: 0.2...3))
    let epsilon: Float = 1e-3
    if isTraining {
      Kernels.channelMoments(FloatBuffer(x).all, mean: mean.all, variance: variance.all)
    }
    var book = Textbook(
      rows: rows, channels: channels, x: x.map { Double($0) }, scale: scale.map { Double($0) },
      shift: shift.map { Double($0) }, epsilon: Double(epsilon),
      weights: weights.map { Double($0) })
    if !isTraining {
      book.fixed = (mean.all.array().map { Double($0) }, variance.all.array().map { Double($0) })
    }
    let y = FloatBuffer(count: count)
    Kernels.batchNormForward(
      FloatBuffer(x).all, mean: mean.all, variance: variance.all, scale: FloatBuffer(scale).all,
      shift: FloatBuffer(shift).all, epsilon: epsilon, into: y.all)
    #expect(y.all.array().distance(to: book.y.map { Float($0) }) < 1e-4)

    let gradient = FloatBuffer(weights)
    let scaleGradient = FloatBuffer(count: channels)
    let shiftGradient = FloatBuffer(count: channels)
    Kernels.batchNormBackward(
      FloatBuffer(x).all, gradient.all, mean: mean.all, variance: variance.all,
      scale: FloatBuffer(scale).all, epsilon: epsilon, throughStatistics: isTraining,
      into: gradient.all, scaleGradient: scaleGradient.all, shiftGradient: shiftGradient.all)
    let step = 1e-4
    func difference(_ path: WritableKeyPath<Textbook, [Double]>, _ index: Int) -> Double {
      var (above, below) = (book, book)
      above[keyPath: path][index] += step
      below[keyPath: path][index] -= step
      return (above.loss - below.loss) / (2 * step)
    }
    for _ in 0..<10 {
      let index = random.int(in: 0...count - 1)
      let expected = difference(\.x, index)
      #expect(abs(Double(gradient[index]) - expected) < 1e-3 * (1 + abs(expected)))
      let channel = index % channels
      let onScale = difference(\.scale, channel)
      let onShift = difference(\.shift, channel)
      #expect(abs(Double(scaleGradient[channel]) - onScale) < 1e-3 * (1 + abs(onScale)))
      #expect(abs(Double(shiftGradient[channel]) - onShift) < 1e-3 * (1 + abs(onShift)))
    }
  }

  @Test("a channel affine map and its gradients agree with loops", arguments: shapes)
  func affine(rows: Int, channels: Int) {
    var random = TestRandom(seed: UInt64(channels))
    let (x, dy) = (random.floats(rows * channels), random.floats(rows * channels))
    let (scale, shift) = (random.floats(channels), random.floats(channels))
    let y = FloatBuffer(x)
    Kernels.channelAffine(
      y.all, scale: FloatBuffer(scale).all, shift: FloatBuffer(shift).all, into: y.all)
    #expect(
      y.all.array() == x.enumerated().map { $1 * scale[$0 % channels] + shift[$0 % channels] })
    Kernels.channelAffine(
      FloatBuffer(x).all, scale: nil, shift: FloatBuffer(shift).all, into: y.all)
    #expect(y.all.array() == x.enumerated().map { $1 + shift[$0 % channels] })
    Kernels.channelAffine(
      FloatBuffer(x).all, scale: FloatBuffer(scale).all, shift: nil, into: y.all)
    #expect(y.all.array() == x.enumerated().map { $1 * scale[$0 % channels] })

    let dx = FloatBuffer(count: x.count)
    let scaleGradient = FloatBuffer(count: channels)
    let shiftGradient = FloatBuffer(count: channels)
    Kernels.channelAffineBackward(
      FloatBuffer(x).all, FloatBuffer(dy).all, channels: channels, scale: FloatBuffer(scale).all,
      into: dx.all, scaleGradient: scaleGradient.all, shiftGradient: shiftGradient.all)
    #expect(dx.all.array() == dy.enumerated().map { $1 * scale[$0 % channels] })
    var sums = [Double](repeating: 0, count: channels)
    var products = sums
    for index in x.indices {
      sums[index % channels] += Double(dy[index])
      products[index % channels] += Double(dy[index]) * Double(x[index])
    }
    #expect(shiftGradient.all.array() == sums.map { Float($0) })
    #expect(scaleGradient.all.array() == products.map { Float($0) })
  }
}
