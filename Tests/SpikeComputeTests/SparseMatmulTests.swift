import SpikeCompute
import Testing

/// A product whose input is sparse, with everything that its passes read, and three loops.
private struct SparseProduct: CustomStringConvertible {
  var rows: Int, inputs: Int, outputs: Int
  var density: Double
  var x: [Float], weight: [Float], bias: [Float]?, dy: [Float]

  var description: String { "\(rows) x \(inputs) x \(outputs), density \(density)" }

  init(_ random: inout TestRandom, density: Double) {
    rows = [1, 2, 7, 32, 130, 300][random.int(in: 0...5)]
    inputs = random.int(in: 1...90)
    outputs = random.int(in: 1...200)
    self.density = density
    let isGraded = random.flag()
    x = SparseProduct.activations(rows * inputs, density, isGraded, &random)
    dy = SparseProduct.activations(rows * outputs, density, true, &random)
    weight = random.floats(inputs * outputs)
    bias = random.flag() ? random.floats(outputs) : nil
  }

  static func activations(
    _ count: Int, _ density: Double, _ isGraded: Bool, _ random: inout TestRandom
  ) -> [Float] {
    (0..<count).map { _ in
      guard Double(random.float(in: 0...1)) < density else { return 0 }
      return isGraded ? [-1, 0.25, 0.5, 0.75, 3][random.int(in: 0...4)] : 1
    }
  }

  func textbookForward() -> [Float] {
    var y = (0..<rows * outputs).map { Double(bias?[$0 % outputs] ?? 0) }
    for n in 0..<rows {
      for i in 0..<inputs where x[n * inputs + i] != 0 {
        for o in 0..<outputs {
          y[n * outputs + o] += Double(x[n * inputs + i]) * Double(weight[i * outputs + o])
        }
      }
    }
    return y.map { Float($0) }
  }

  func textbookData() -> [Float] {
    var dx = [Double](repeating: 0, count: rows * inputs)
    for n in 0..<rows {
      for o in 0..<outputs where dy[n * outputs + o] != 0 {
        for i in 0..<inputs {
          dx[n * inputs + i] += Double(dy[n * outputs + o]) * Double(weight[i * outputs + o])
        }
      }
    }
    return dx.map { Float($0) }
  }

  func textbookWeights(_ dy: [Float]) -> [Float] {
    var dw = [Double](repeating: 0, count: inputs * outputs)
    for n in 0..<rows {
      for i in 0..<inputs where x[n * inputs + i] != 0 {
        for o in 0..<outputs {
          dw[i * outputs + o] += Double(x[n * inputs + i]) * Double(dy[n * outputs + o])
        }
      }
    }
    return dw.map { Float($0) }
  }

  func kernel() throws -> SparseMatmulKernel {
    try #require(SparseMatmulKernel(rows: rows, inputs: inputs, outputs: outputs))
  }

  /// Rows of a result, nil where they were left over; nil if nothing was done.
  private func rows(_ y: FloatBuffer, _ isDone: Bool, _ left: Set<Int>) -> [[Float]?]? {
    let values = y.all.array()
    let width = values.count / rows
    // What is left over is as it was.
    for row in left {
      #expect(values[row * width..<(row + 1) * width].allSatisfy { $0.isNaN }, "\(self)")
    }
    guard isDone else {
      #expect(left.isEmpty && values.allSatisfy { $0.isNaN }, "\(self)")
      return nil
    }
    return (0..<rows).map {
      left.contains($0) ? nil : Array(values[$0 * width..<($0 + 1) * width])
    }
  }

  func forward() throws -> [[Float]?]? {
    let kernel = try kernel()
    let y = FloatBuffer(Array(repeating: Float.nan, count: rows * outputs))
    var left: Set<Int> = []
    let isDone = kernel.forward(
      FloatBuffer(x).all, weight: FloatBuffer(weight).all, bias: bias.map { FloatBuffer($0).all },
      into: y.all, scratch: FloatBuffer(count: kernel.forwardScratch).all,
      leftOver: { left.insert($0) })
    return rows(y, isDone, left)
  }

  func backwardData() throws -> [[Float]?]? {
    let kernel = try kernel()
    let dx = FloatBuffer(Array(repeating: Float.nan, count: rows * inputs))
    let transposed = FloatBuffer(count: weight.count)
    kernel.transpose(FloatBuffer(weight).all, into: transposed.all)
    var left: Set<Int> = []
    let isDone = kernel.backwardData(
      FloatBuffer(dy).all, transposed: { transposed.all }, into: dx.all,
      scratch: FloatBuffer(count: kernel.dataGradientScratch).all, leftOver: { left.insert($0) })
    return rows(dx, isDone, left)
  }

  func backwardWeights(_ dy: [Float]) throws -> (weight: [Float], bias: [Float])? {
    let kernel = try kernel()
    let dw = FloatBuffer(Array(repeating: Float.nan, count: weight.count))
    let db = FloatBuffer(count: outputs)
    let isDone = kernel.backwardWeights(
      FloatBuffer(x).all, FloatBuffer(dy).all, weightGradient: dw.all, biasGradient: db.all,
      scratch: FloatBuffer(count: kernel.weightGradientScratch).all)
    if !isDone { #expect(dw.all.array().allSatisfy { $0.isNaN }) }
    return isDone ? (dw.all.array(), db.all.array()) : nil
  }

  /// Share of each row of an array that is not 0.
  func shares(_ values: [Float]) -> [Double] {
    let width = values.count / rows
    return (0..<rows).map { row in
      Double(values[row * width..<(row + 1) * width].count { $0 != 0 }) / Double(width)
    }
  }
}

struct SparseMatmulTests {
  /// Every density with fifteen seeds.
  private static let cases: [(Double, Int)] = [0, 1e-3, 0.1, 0.3, 0.5, 1].flatMap { density in
    (0..<15).map { (density, $0) }
  }

  /// Compares the rows that are there, which are those that are sparse enough.
  private func check(
    _ found: [[Float]?]?, _ expected: [Float], _ shares: [Double], width: Int, _ some: SparseProduct
  ) {
    let limit = Double(Int(Double(width) * SparseMatmulKernel.forwardLimit)) / Double(width)
    guard let found else {
      #expect(shares.allSatisfy { $0 > limit }, "\(some)")
      return
    }
    let size = expected.count / found.count
    for (row, values) in found.enumerated() {
      #expect((values == nil) == (shares[row] > limit), "row \(row) of \(some)")
      guard let values else { continue }
      let truth = Array(expected[row * size..<(row + 1) * size])
      #expect(values.distance(to: truth) < 1e-4, "row \(row) of \(some)")
    }
  }

  @Test("events give the product of every row that is sparse enough", arguments: cases)
  func forward(density: Double, seed: Int) throws {
    var random = TestRandom(seed: UInt64(seed))
    let some = SparseProduct(&random, density: density)
    check(
      try some.forward(), some.textbookForward(), some.shares(some.x), width: some.inputs, some)
  }

  @Test("sparse gradients give the gradient of the input", arguments: cases)
  func backwardData(density: Double, seed: Int) throws {
    var random = TestRandom(seed: UInt64(seed))
    let some = SparseProduct(&random, density: density)
    check(
      try some.backwardData(), some.textbookData(), some.shares(some.dy), width: some.outputs, some)
  }

  @Test("events give the gradients of weights and bias", arguments: cases)
  func backwardWeights(density: Double, seed: Int) throws {
    var random = TestRandom(seed: UInt64(seed))
    let some = SparseProduct(&random, density: density)
    let dy = random.floats(some.rows * some.outputs)
    let events = some.x.count { $0 != 0 }
    let limit = Int(Double(some.x.count) * SparseMatmulKernel.gradientLimit)
    guard let gradients = try some.backwardWeights(dy) else {
      #expect(events > limit, "\(some)")
      return
    }
    #expect(events <= limit, "\(some)")
    #expect(gradients.weight.distance(to: some.textbookWeights(dy)) < 1e-4, "\(some)")
    var sums = [Double](repeating: 0, count: some.outputs)
    for (index, value) in dy.enumerated() { sums[index % some.outputs] += Double(value) }
    #expect(gradients.bias.distance(to: sums.map { Float($0) }) < 1e-4)
  }

  @Test("sums of small integers are exact")
  func integersAreExact() throws {
    var random = TestRandom(seed: 4)
    var some = SparseProduct(&random, density: 0.1)
    (some.rows, some.inputs, some.outputs) = (140, 600, 77)
    some.x = (0..<some.rows * some.inputs).map { _ in Float(max(0, random.int(in: -20...3))) }
    some.weight = (0..<some.inputs * some.outputs).map { _ in Float(random.int(in: -128...127)) }
    some.bias = (0..<some.outputs).map { _ in Float(random.int(in: -4096...4095)) }
    let dy = (0..<some.rows * some.outputs).map { _ in Float(random.int(in: -100...100)) }
    let y = try #require(try some.forward())
    let expected = some.textbookForward()
    for (row, values) in y.enumerated() {
      #expect(values == nil || values == Array(expected[row * 77..<(row + 1) * 77]))
    }
    #expect(y.contains { $0 != nil })
    #expect(try some.backwardWeights(dy)?.weight == some.textbookWeights(dy))
  }

  @Test("a row has the same bits beside any other rows", arguments: 0..<10)
  func rowsAreAlone(seed: Int) throws {
    var random = TestRandom(seed: UInt64(seed))
    let some = SparseProduct(&random, density: 0.1)
    guard let all = try some.forward() else { return }
    for row in [0, some.rows / 2, some.rows - 1] {
      var alone = some
      alone.rows = 1
      alone.x = Array(some.x[row * some.inputs..<(row + 1) * some.inputs])
      alone.dy = Array(some.dy[row * some.outputs..<(row + 1) * some.outputs])
      #expect(try alone.forward()?[0]?.bits == all[row]?.bits, "row \(row) of \(some)")
    }
  }

  @Test("a product with more elements than 32 bits can count has no event-driven kernel")
  func refusesHuge() {
    #expect(SparseMatmulKernel(rows: 1 << 20, inputs: 1 << 12, outputs: 1) == nil)
  }
}
