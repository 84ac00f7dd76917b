import SpikeCompute
import Testing

#if canImport(Glibc)
  import Glibc
#endif

struct LossKernelTests {
  private func logSoftmax(_ z: [Double]) -> [Double] {
    let top = z.max() ?? 0
    let logSum = log(z.reduce(0) { $0 + exp($1 - top) })
    return z.map { $0 - top - logSum }
  }

  @Test("softmax and its logarithm agree with the C library", arguments: 1...20)
  func softmax(seed: Int) {
    var random = TestRandom(seed: UInt64(seed))
    let classes = random.int(in: 1...30)
    let factor = random.float(in: 0.1...3)
    let logits = random.floats(4 * classes, in: -30...30)
    let (y, logs) = (FloatBuffer(count: logits.count), FloatBuffer(count: logits.count))
    Kernels.softmax(FloatBuffer(logits).all, classes: classes, factor: factor, into: y.all)
    Kernels.logSoftmax(FloatBuffer(logits).all, classes: classes, factor: factor, into: logs.all)
    for row in 0..<4 {
      let range = row * classes..<(row + 1) * classes
      let expected = logSoftmax(logits[range].map { Double($0) * Double(factor) })
      for (index, value) in zip(range, expected) {
        #expect(abs(Double(logs[index]) - value) <= 1e-6 * abs(value) + 1e-12)
        // Below 1e-38 floats lose digits.
        #expect(abs(Double(y[index]) - exp(value)) <= 1e-6 * exp(value) + 1e-44)
      }
    }
  }

  @Test("the loss and its gradient agree with the textbook and with differences", arguments: 1...20)
  func crossEntropy(seed: Int) {
    var random = TestRandom(seed: UInt64(seed))
    let (rows, classes) = (random.int(in: 1...5), random.int(in: 2...12))
    let smoothing = random.flag() ? random.float(in: 0...0.3) : 0
    let factor = random.float(in: 0.2...2)
    let scale = random.float(in: 0.1...1)
    let logits = random.floats(rows * classes, in: -4...4).map { Double($0) }
    let labels = (0..<rows).map { _ in random.int(in: 0...classes - 1) }
    func losses(_ logits: [Double]) -> [Double] {
      labels.enumerated().map { row, label in
        let logs = logSoftmax(
          logits[row * classes..<(row + 1) * classes].map { $0 * Double(factor) })
        return -logs.enumerated().reduce(0) { sum, entry in
          let target =
            Double(smoothing) / Double(classes)
            + (entry.offset == label ? 1 - Double(smoothing) : 0)
          return sum + target * entry.element
        }
      }
    }
    let gradient = FloatBuffer(count: logits.count)
    let perRow = FloatBuffer(count: rows)
    let result = Kernels.crossEntropy(
      FloatBuffer(logits.map { Float($0) }).all, labels: IndexBuffer(labels).all,
      classes: classes, smoothing: smoothing, factor: factor, gradientScale: scale,
      gradient: gradient.all, losses: perRow.all)
    let expected = losses(logits)
    #expect(abs(result.loss - expected.reduce(0, +)) < 1e-9 * (1 + result.loss), "seed \(seed)")
    #expect(perRow.all.array().distance(to: expected.map { Float($0) }) < 1e-6)
    let hits = labels.enumerated().count { row, label in
      let z = logits[row * classes..<(row + 1) * classes]
      return z.firstIndex(of: z.max() ?? 0) == row * classes + label
    }
    #expect(result.correct == hits)
    for index in logits.indices {
      var (above, below) = (logits, logits)
      above[index] += 1e-5
      below[index] -= 1e-5
      let difference =
        (losses(above).reduce(0, +) - losses(below).reduce(0, +)) / 2e-5 * Double(scale)
      #expect(abs(Double(gradient[index]) - difference) < 1e-6, "seed \(seed)")
    }

    // The same as soft targets.
    let targets = labels.flatMap { label in
      (0..<classes).map { smoothing / Float(classes) + ($0 == label ? 1 - smoothing : 0) }
    }
    let soft = FloatBuffer(count: logits.count)
    let again = Kernels.crossEntropy(
      FloatBuffer(logits.map { Float($0) }).all, targets: FloatBuffer(targets).all,
      classes: classes, factor: factor, gradientScale: scale, gradient: soft.all)
    #expect(abs(again.loss - result.loss) < 1e-5 * (1 + result.loss) && again.correct == hits)
    #expect(soft.all.array().distance(to: gradient.all.array()) < 1e-6)
  }

  @Test("of equal logits the first counts as the answer")
  func ties() {
    let logits = FloatBuffer([2, 2, 1, 0, 3, 3])
    let first = IndexBuffer([0, 1])
    let second = IndexBuffer([1, 2])
    #expect(Kernels.crossEntropy(logits.all, labels: first.all, classes: 3).correct == 2)
    #expect(Kernels.crossEntropy(logits.all, labels: second.all, classes: 3).correct == 0)
  }

  @Test("huge logits give finite losses and gradients")
  func hugeLogits() {
    let logits = FloatBuffer([1e30, -1e30, 0, 3e4, 0, 0])
    let gradient = FloatBuffer(count: 6)
    let result = Kernels.crossEntropy(
      logits.all, labels: IndexBuffer([0, 1]).all, classes: 3, gradient: gradient.all)
    #expect(result.loss == 3e4)
    #expect(gradient.all.array() == [0, 0, 0, 1, -1, 0])
  }

  @Test("gradients of softmax and log softmax agree with differences", arguments: 1...10)
  func softmaxBackward(seed: Int) {
    var random = TestRandom(seed: UInt64(seed))
    let classes = random.int(in: 1...9)
    let factor = random.float(in: 0.2...2)
    let z = random.floats(classes, in: -3...3).map { Double($0) }
    let weights = random.floats(classes)
    for isLogarithm in [false, true] {
      func loss(_ z: [Double]) -> Double {
        let logs = logSoftmax(z.map { $0 * Double(factor) })
        return zip(isLogarithm ? logs : logs.map { exp($0) }, weights).reduce(0) {
          $0 + $1.0 * Double($1.1)
        }
      }
      let y = FloatBuffer(z.map { Float($0) })
      let dx = FloatBuffer(count: classes)
      if isLogarithm {
        Kernels.logSoftmax(y.all, classes: classes, factor: factor, into: y.all)
        Kernels.logSoftmaxBackward(
          y.all, FloatBuffer(weights).all, classes: classes, factor: factor, into: dx.all)
      } else {
        Kernels.softmax(y.all, classes: classes, factor: factor, into: y.all)
        Kernels.softmaxBackward(
          y.all, FloatBuffer(weights).all, classes: classes, factor: factor, into: dx.all)
      }
      for index in z.indices {
        var (above, below) = (z, z)
        above[index] += 1e-5
        below[index] -= 1e-5
        #expect(abs(Double(dx[index]) - (loss(above) - loss(below)) / 2e-5) < 1e-5)
      }
    }
  }
}
