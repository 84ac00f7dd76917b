import SpikeCompute
import Testing

struct PoolingKernelTests {
  private func geometry(_ shape: TextbookPooling) -> PoolingGeometry {
    PoolingGeometry(
      images: shape.images, height: shape.height, width: shape.width, channels: shape.channels,
      kernel: shape.kernel, strides: shape.strides, padsBefore: shape.before,
      padsAfter: shape.after, dilations: shape.dilations, roundsUp: shape.roundsUp)
  }

  /// Values of few levels, so that ties are common.
  private func levels(_ count: Int, _ random: inout TestRandom) -> [Float] {
    (0..<count).map { _ in Float(random.int(in: -2...2)) }
  }

  @Test("maxima and their gradients agree with loops; the first of equals wins", arguments: 1...60)
  func maximum(seed: Int) {
    var random = TestRandom(seed: UInt64(seed))
    let shape = TextbookPooling.random(&random)
    let geometry = geometry(shape)
    let windows = shape.windows
    #expect(
      geometry.outputHeight == shape.outputHeight && geometry.outputWidth == shape.outputWidth,
      "seed \(seed): \(shape)")
    guard geometry.outputCount == windows.count else { return }
    let x = levels(shape.inputCount, &random)
    let dy = random.floats(windows.count)
    var y = [Float](repeating: 0, count: windows.count)
    var dx = [Float](repeating: 0, count: shape.inputCount)
    // The kernel adds in order of outputs, channels innermost, as these loops do.
    for window in windows {
      guard let best = window.inputs.max(by: { x[$0] < x[$1] }) else { continue }
      let winner = window.inputs.first { x[$0] == x[best] } ?? best
      y[window.output] = x[winner]
      dx[winner] += dy[window.output]
    }
    let taps = IndexBuffer(count: windows.count)
    let found = FloatBuffer(count: windows.count)
    Kernels.maxPoolForward(geometry, FloatBuffer(x).all, into: found.all, taps: taps.all)
    #expect(found.all.array() == y, "seed \(seed): \(shape)")
    let plain = FloatBuffer(count: windows.count)
    Kernels.maxPoolForward(geometry, FloatBuffer(x).all, into: plain.all)
    #expect(plain.all.array() == y, "seed \(seed), without taps: \(shape)")
    let gradient = FloatBuffer([Float](repeating: 9, count: shape.inputCount))
    Kernels.maxPoolBackward(geometry, FloatBuffer(dy).all, taps: taps.all, into: gradient.all)
    #expect(gradient.all.array().distance(to: dx) < 1e-6, "seed \(seed): \(shape)")
  }

  @Test(
    "sums, means and their gradients agree with loops", arguments: 1...40,
    [Kernels.PoolingDivisor.one, .elements, .elementsCountingPadding])
  func mean(seed: Int, divisor: Kernels.PoolingDivisor) {
    var random = TestRandom(seed: UInt64(seed))
    let shape = TextbookPooling.random(&random)
    let geometry = geometry(shape)
    let windows = shape.windows
    let x = random.floats(shape.inputCount)
    let dy = random.floats(windows.count)
    var y = [Double](repeating: 0, count: windows.count)
    var dx = [Double](repeating: 0, count: shape.inputCount)
    for window in windows {
      let count: Int
      switch divisor {
      case .one: count = 1
      case .elements: count = max(window.inputs.count, 1)
      case .elementsCountingPadding: count = window.padded
      }
      for input in window.inputs {
        y[window.output] += Double(x[input]) / Double(count)
        dx[input] += Double(dy[window.output]) / Double(count)
      }
    }
    let found = FloatBuffer(count: geometry.outputCount)
    Kernels.meanPoolForward(geometry, divisor: divisor, FloatBuffer(x).all, into: found.all)
    #expect(found.all.array().distance(to: y.map { Float($0) }) < 1e-5, "seed \(seed): \(shape)")
    let gradient = FloatBuffer([Float](repeating: 9, count: shape.inputCount))
    Kernels.meanPoolBackward(geometry, divisor: divisor, FloatBuffer(dy).all, into: gradient.all)
    #expect(
      gradient.all.array().distance(to: dx.map { Float($0) }) < 1e-5, "seed \(seed): \(shape)")
  }

  @Test("a maximum over spikes gives its gradient to the first spike of the window")
  func ties() {
    let geometry = PoolingGeometry(images: 1, height: 2, width: 2, channels: 1, kernel: (2, 2))
    let taps = IndexBuffer(count: 1)
    let y = FloatBuffer(count: 1)
    Kernels.maxPoolForward(geometry, FloatBuffer([0, 1, 1, 1]).all, into: y.all, taps: taps.all)
    let dx = FloatBuffer(count: 4)
    Kernels.maxPoolBackward(geometry, FloatBuffer([5]).all, taps: taps.all, into: dx.all)
    #expect(y[0] == 1 && dx.all.array() == [0, 5, 0, 0])
  }

  @Test(
    "elements behind the last window get no gradient",
    arguments: [
      (before: (1, 0), strides: (2, 2), expected: [1, 1, 1, 1, 1, 1, 0, 0] as [Float]),
      (before: (0, 0), strides: (3, 2), expected: [1, 1, 1, 1, 0, 0, 0, 0]),
    ])
  func uncovered(before: (Int, Int), strides: (Int, Int), expected: [Float]) {
    let geometry = PoolingGeometry(
      images: 1, height: 4, width: 2, channels: 1, kernel: (2, 2), strides: strides,
      padsBefore: before)
    let dy = FloatBuffer([Float](repeating: 1, count: geometry.outputCount))
    let dx = FloatBuffer([Float](repeating: 9, count: 8))
    Kernels.meanPoolBackward(geometry, divisor: .one, dy.all, into: dx.all)
    #expect(dx.all.array() == expected)
    let taps = IndexBuffer(count: geometry.outputCount)
    let y = FloatBuffer(count: geometry.outputCount)
    dx.all.fill(9)
    Kernels.maxPoolForward(
      geometry, FloatBuffer([8, 7, 6, 5, 4, 3, 2, 1]).all, into: y.all, taps: taps.all)
    Kernels.maxPoolBackward(geometry, dy.all, taps: taps.all, into: dx.all)
    let winners: [Float] = before.0 == 1 ? [1, 0, 1, 0, 0, 0, 0, 0] : [1, 0, 0, 0, 0, 0, 0, 0]
    #expect(dx.all.array() == winners)
  }
}
