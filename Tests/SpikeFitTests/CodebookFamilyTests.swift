import SpikeBytes
import SpikeCompute
import SpikeFit
import Testing

@Suite("Families of codebook values and the gradients of their parameters")
struct CodebookFamilyTests {
  @Test("Each family has the values that its definition says, with parameters 1")
  func values() {
    func values(_ family: CodebookFamily, _ count: Int, zero: Bool = false) -> [Float]? {
      family.patterns(count: count, freeZero: zero).map { $0.map { $0.reduce(0, +) } }
    }
    #expect(values(.symmetric, 3) == [-1, 0, 1])
    #expect(values(.symmetric, 4, zero: true) == [-1, -1, 0, 1, 1])
    #expect(values(.symmetric, 3, zero: true) == nil)
    #expect(values(.uniform, 4) == [-2, -1, 0, 1])
    #expect(values(.uniform, 3) == [-1, 0, 1])
    #expect(values(.uniform, 2) == [-1, 0])
    #expect(values(.uniform, 4, zero: true) == [-2, -1, 0, 1, 2])
    #expect(values(.halfUniform, 4) == [-3, -1, 1, 3])
    #expect(values(.halfUniform, 3) == [-1, 0, 1])
    #expect(values(.halfUniform, 2) == [-1, 1])
    #expect(values(.ternary, 3) == [-1, 0, 1])
    #expect(values(.ternary, 4) == nil)
    #expect(values(.powerOfTwo, 5) == [-2, -1, 0, 1, 2])
    #expect(values(.subsetSum, 8)?.sorted() == [0, 1, 1, 1, 2, 2, 2, 3])
    #expect(values(.subsetSum, 6) == nil)
    for family in CodebookFamily.allCases {
      for count in 2...20 {
        for zero in [false, true] {
          guard let patterns = family.patterns(count: count, freeZero: zero) else { continue }
          #expect(patterns.count == count + (zero ? 1 : 0))
        }
      }
    }
  }

  @Test(
    "The start is no worse than any size of an even codebook", arguments: CodebookFamily.allCases)
  func start(family: CodebookFamily) throws {
    var random = SplitMix64(seed: 21)
    let points = TinyModels.random(3_000, &random)
    let count = family == .ternary ? 3 : 4
    let book = CodebookStart(family: family, count: count, hasFreeZero: false)
      .codebook(points, importance: nil)
    #expect(book.values.count == count)
    #expect(book.values == book.values.sorted())
    func cost(_ values: [Float]) -> Double {
      points.reduce(0) { sum, w in
        sum + Double(values.map { (w - $0) * (w - $0) }.min() ?? 0)
      }
    }
    let patterns = try #require(family.patterns(count: count, freeZero: false))
    let own = cost(book.values)
    guard patterns[0].count == 1 else { return }
    for size in 1...40 {
      #expect(own <= cost(patterns.map { $0[0] * Float(size) / 20 }) * (1 + 1e-6))
    }
  }

  @Test(
    "The gradient of the parameters is that of the function with assignments held",
    arguments: CodebookFamily.allCases)
  func chainRule(family: CodebookFamily) throws {
    var random = SplitMix64(seed: 22)
    let count = family == .ternary ? 3 : 8
    let patterns = try #require(family.patterns(count: count, freeZero: false))
    let parameters = (0..<patterns[0].count).map { _ in Float(0.2 + random.uniform()) }
    let book = Codebook(patterns: patterns, parameters: parameters, isPositive: true)
    let sums = (0..<count).map { _ in random.normal() }
    let gradient = book.parameterGradient(sums, stepProduct: nil)
    let step: Float = 0.0625
    for index in parameters.indices {
      // c = A p is linear: differences are exact up to rounding.
      let moved = zip(book.patterns, book.values).map { $0[index] * step + $1 }
      let change = zip(zip(moved, book.values), sums).reduce(0.0) {
        $0 + Double($1.0.0 - $1.0.1) * $1.1
      }
      #expect(abs(change / Double(step) - Double(gradient[index])) < 1e-4)
    }
  }

  @Test(
    "The gradient of a step size is that of LSQ, away from its kinks",
    arguments: [(CodebookFamily.uniform, Float(0)), (.halfUniform, 0.5)])
  func stepSize(family: CodebookFamily, margin: Float) throws {
    var random = SplitMix64(seed: 23)
    let count = 200
    let latent = TinyModels.random(count, &random)
    let gradient = TinyModels.random(count, &random)
    let patterns = try #require(family.patterns(count: 4, freeZero: false))
    let s: Float = 0.55
    let book = Codebook(patterns: patterns, parameters: [s], isPositive: true)
    var quantised = latent
    var indices = [UInt8](repeating: 0, count: count)
    var counts = [Int32](repeating: 0, count: 4)
    FitKernels.quantise(
      latent, range: 0..<count, columns: count, scales: [1], middles: book.boundaries,
      values: book.values, into: &quantised, indices: &indices, counts: &counts)
    let band = book.passBand(margin: margin)
    var sums = [Double](repeating: 0, count: 256)
    var slopes = gradient
    let product = FitKernels.levelGradient(
      gradient, latent: latent, indices: indices, in: FitRows(0..<1, columns: count), scales: [1],
      factors: Array(repeating: 1, count: 256), inside: band, into: &slopes, centroids: &sums)
    let found = Double(book.parameterGradient(sums, stepProduct: product)[0])
    // LSQ with straight-through rounding: inside, q = w + s δ with δ = level - w/s held; outside,
    // q = s · level. Both are linear in s.
    var expected = 0.0
    for index in 0..<count {
      let (w, level) = (Double(latent[index]), Double(patterns[Int(indices[index])][0]))
      let isInside = band.contains(latent[index])
      func q(_ step: Double) -> Double {
        isInside ? w + step * (level - w / Double(s)) : step * level
      }
      expected += Double(gradient[index]) * (q(Double(s) + 0.01) - q(Double(s) - 0.01)) / 0.02
      #expect(slopes[index] == (isInside ? gradient[index] : 0))
    }
    #expect(abs(found - expected) < 1e-4 * max(1, abs(expected)))
  }

  @Test("Ternary weights pass their gradient times the value that they stand for")
  func ternary() {
    var book = Codebook(
      patterns: [[-1, 0], [0, 0], [0, 1]], parameters: [0.5, 2], isPositive: true)
    book.threshold = 0.1
    #expect(book.boundaries == [-0.1, 0.1])
    let latent: [Float] = [-1, -0.05, 0.05, 0.3]
    let gradient: [Float] = [1, 2, 3, 4]
    var quantised = latent
    var indices = [UInt8](repeating: 0, count: 4)
    var counts = [Int32](repeating: 0, count: 3)
    FitKernels.quantise(
      latent, range: 0..<4, columns: 4, scales: [1], middles: book.boundaries,
      values: book.values, into: &quantised, indices: &indices, counts: &counts)
    #expect(quantised == [-0.5, 0, 0, 2])
    var sums = [Double](repeating: 0, count: 256)
    var slopes = gradient
    var factors = [Float](repeating: 1, count: 256)
    factors[0] = 0.5
    factors[2] = 2
    _ = FitKernels.levelGradient(
      gradient, latent: latent, indices: indices, in: FitRows(0..<1, columns: 4), scales: [1],
      factors: factors, inside: Codebook.everywhere, into: &slopes, centroids: &sums)
    #expect(slopes == [0.5, 2, 3, 8])
    // dL/dWn = -Σ g below, dL/dWp = Σ g above.
    #expect(book.parameterGradient(sums, stepProduct: nil) == [-1, 4])
  }

  @Test("Integers of sums are sums of integers, in range")
  func integerSums() throws {
    var random = SplitMix64(seed: 24)
    for _ in 0..<50 {
      let patterns = try #require(CodebookFamily.subsetSum.patterns(count: 16, freeZero: false))
      let book = Codebook(patterns: patterns, parameters: TinyModels.random(4, &random, 2))
      let integers = book.integers(step: 0.02, limits: -100...90, byParameters: true)
      #expect(integers.allSatisfy { (-100...90).contains($0) })
      // Values of single parameters, then every sum of them.
      let rows = zip(book.patterns, integers)
      let own = (0..<4).map { bit in
        rows.first { $0.0[bit] == 1 && $0.0.reduce(0, +) == 1 }?.1 ?? 0
      }
      for (pattern, integer) in rows {
        let sum = zip(pattern, own).reduce(Int32(0)) { $0 + ($1.0 == 1 ? $1.1 : 0) }
        #expect(sum == integer)
      }
    }
  }
}
