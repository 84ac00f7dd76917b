import SpikeCompute
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite("The loss with a teacher")
struct TaughtLossTests {
  private static func logSoftmax(_ z: [Double]) -> [Double] {
    let top = z.max() ?? 0
    let sum = log(z.reduce(0) { $0 + exp($1 - top) })
    return z.map { $0 - top - sum }
  }

  /// The loss of one row as its formula says.
  private static func loss(
    _ logits: [Double], _ label: Int, _ teacher: [Double], _ o: TaughtLoss
  ) -> Double {
    let z = logits.map { $0 * Double(o.factor) }
    let heat = Double(o.temperature)
    let (p, warm) = (logSoftmax(z), logSoftmax(z.map { $0 / heat }))
    let q = logSoftmax(teacher.map { $0 * Double(o.teacherFactor) / heat })
    let smoothing = Double(o.smoothing)
    var (hard, soft, squares) = (0.0, 0.0, 0.0)
    for c in z.indices {
      hard -= (smoothing / Double(z.count) + (c == label ? 1 - smoothing : 0)) * p[c]
      soft += exp(q[c]) * (q[c] - warm[c])
      squares += (z[c] - Double(o.squareTarget)) * (z[c] - Double(o.squareTarget))
    }
    let share = Double(o.teacherShare)
    return Double(o.crossWeight) * ((1 - share) * hard + share * heat * heat * soft)
      + Double(o.squareWeight) * squares / Double(z.count)
  }

  @Test("loss and gradient are those of the formula and of differences", arguments: 1...30)
  func textbook(seed: Int) {
    var random = TestRandom(seed: UInt64(seed))
    let (rows, classes) = (random.int(in: 1...5), random.int(in: 2...12))
    let options = TaughtLoss(
      factor: random.float(in: 0.2...2), smoothing: random.flag() ? 0.1 : 0,
      crossWeight: random.float(in: 0.2...1),
      teacherShare: [0, 0.6, 1][seed % 3], teacherFactor: random.float(in: 0.5...2),
      temperature: random.float(in: 0.5...4), squareWeight: random.flag() ? 0.3 : 0,
      squareTarget: random.float(in: -1...1))
    let logits = random.floats(rows * classes, in: -4...4)
    let teacher = random.floats(rows * classes, in: -4...4)
    let labels = (0..<rows).map { _ in random.int(in: 0...classes - 1) }
    func row(_ values: [Float], _ index: Int) -> [Double] {
      values[index * classes..<(index + 1) * classes].map { Double($0) }
    }
    let memory = FloatBuffer(logits)
    let result = Kernels.taughtLoss(
      memory.all, labels: IndexBuffer(labels).all, teacher: FloatBuffer(teacher).all,
      classes: classes, options: options, gradientScale: 0.5, gradient: memory.all)
    var expected = 0.0
    for index in 0..<rows {
      let z = row(logits, index)
      expected += Self.loss(z, labels[index], row(teacher, index), options)
      for c in 0..<classes {
        var (above, below) = (z, z)
        above[c] += 1e-5
        below[c] -= 1e-5
        let slope =
          (Self.loss(above, labels[index], row(teacher, index), options)
            - Self.loss(below, labels[index], row(teacher, index), options)) / 2e-5
        #expect(abs(Double(memory.all[index * classes + c]) - 0.5 * slope) < 1e-5, "seed \(seed)")
      }
    }
    #expect(abs(result.loss - expected) < 1e-6 * max(1, abs(expected)))
    #expect(
      result.correct
        == (0..<rows).count { index in
          let z = row(logits, index)
          return z.firstIndex(of: z.max() ?? 0) == labels[index]
        })
  }

  @Test("without a teacher it is the cross entropy")
  func plain() {
    var random = TestRandom(seed: 5)
    let logits = FloatBuffer(random.floats(40, in: -6...6))
    let labels = IndexBuffer([0, 3, 9, 4])
    let (one, two) = (FloatBuffer(count: 40), FloatBuffer(count: 40))
    let a = Kernels.crossEntropy(
      logits.all, labels: labels.all, classes: 10, factor: 0.7, gradientScale: 0.25,
      gradient: one.all)
    let b = Kernels.taughtLoss(
      logits.all, labels: labels.all, teacher: nil, classes: 10,
      options: TaughtLoss(factor: 0.7, teacherShare: 0.5), gradientScale: 0.25, gradient: two.all)
    #expect(a.correct == b.correct)
    #expect(abs(a.loss - b.loss) < 1e-12)
    #expect(zip(one.all.array(), two.all.array()).allSatisfy { abs($0 - $1) < 1e-7 })
  }
}
