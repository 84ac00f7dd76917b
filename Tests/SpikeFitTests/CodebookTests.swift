import SpikeBytes
import SpikeCompute
import SpikeFit
import Testing

@Suite("Codebook gradients and integers")
struct CodebookTests {
  /// L(q) = Σ aᵢ qᵢ + bᵢ qᵢ² / 2 with q = scale · c[index].
  struct Loss {
    var a: [Double]
    var b: [Double]
    func value(_ q: [Double]) -> Double {
      q.indices.reduce(0) { $0 + a[$1] * q[$1] + b[$1] * q[$1] * q[$1] / 2 }
    }
    func gradient(_ q: [Double]) -> [Double] { q.indices.map { a[$0] + b[$0] * q[$0] } }
  }

  @Test("The centroid gradient (2) is that of the function with assignments held fixed")
  func centroidGradient() {
    var random = SplitMix64(seed: 4)
    let count = 60
    let columns = 12
    let latent = TinyModels.random(count, &random)
    let scales = (0..<5).map { _ in Float(0.5 + random.uniform()) }
    let values: [Float] = [-1.2, -0.3, 0.2, 1.4]
    let middles = zip(values, values.dropFirst()).map { ($0 + $1) / 2 }
    var quantised = latent
    var indices = [UInt8](repeating: 0, count: count)
    var counts = [Int32](repeating: 0, count: 4)
    FitKernels.quantise(
      latent, range: 0..<count, columns: columns, scales: scales[...], middles: middles,
      values: values, into: &quantised, indices: &indices, counts: &counts)
    #expect(counts.reduce(0, +) == 60)
    for element in 0..<count {
      let nearest = values.indices.min {
        abs(values[$0] - latent[element]) < abs(values[$1] - latent[element])
      }
      #expect(Int(indices[element]) == nearest)
      #expect(quantised[element] == scales[element / columns] * values[Int(indices[element])])
    }
    let loss = Loss(
      a: (0..<count).map { _ in random.normal() }, b: (0..<count).map { _ in random.uniform() })
    func q(_ c: [Double]) -> [Double] {
      (0..<count).map { Double(scales[$0 / columns]) * c[Int(indices[$0])] }
    }
    let c = values.map { Double($0) }
    let gradient = loss.gradient(q(c)).map { Float($0) }
    var latentGradient = gradient
    var sums = [Double](repeating: 0, count: 256)
    FitKernels.codebookGradient(
      gradient, latent: latent, indices: indices, range: 0..<count, columns: columns,
      scales: scales[...], inside: -1.6...1.8, into: &latentGradient, centroids: &sums)
    let step = 1e-5
    for k in values.indices {
      var up = c
      var down = c
      up[k] += step
      down[k] -= step
      let numeric = (loss.value(q(up)) - loss.value(q(down))) / (2 * step)
      #expect(abs(numeric - sums[k]) < 1e-4 * max(1, abs(numeric)))
    }
    // (3): straight through inside the band, nothing outside.
    for element in 0..<count {
      let passes = (-1.6...1.8).contains(latent[element])
      let expected = passes ? scales[element / columns] * gradient[element] : 0
      #expect(latentGradient[element] == expected)
    }
  }

  @Test("Large codebooks are searched by bisection with the same result")
  func bisection() {
    var random = SplitMix64(seed: 6)
    let latent = TinyModels.random(500, &random)
    let values = (0..<200).map { Float($0) / 40 - 2.5 }
    let middles = zip(values, values.dropFirst()).map { ($0 + $1) / 2 }
    var quantised = latent
    var indices = [UInt8](repeating: 0, count: 500)
    var counts = [Int32](repeating: 0, count: 200)
    FitKernels.quantise(
      latent, range: 0..<500, columns: 500, scales: [1], middles: middles, values: values,
      into: &quantised, indices: &indices, counts: &counts)
    for element in 0..<500 {
      #expect(Int(indices[element]) == middles.filter { latent[element] > $0 }.count)
    }
  }

  @Test("Adam moves as its formulas say")
  func adam() {
    var p: [Float] = [1]
    var m: [Float] = [0]
    var v: [Float] = [0]
    var (x, first, second) = (1.0, 0.0, 0.0)
    for t in 1...5 {
      let g = Float(2 * x)
      first = 0.9 * first + 0.1 * Double(g)
      second = 0.99 * second + 0.01 * Double(g) * Double(g)
      let c1 = 1 - power(0.9, t)
      let c2 = 1 - power(0.99, t)
      x -= 0.1 * (first / c1) / ((second / c2).squareRoot() + 1e-8)
      FitKernels.adam(
        &p, gradient: [g], first: &m, second: &v,
        step: FitKernels.AdamStep(
          rate: 0.1, beta1: 0.9, beta2: 0.99, correction1: Float(c1), correction2: Float(c2),
          epsilon: 1e-8, decay: 0))
      #expect(abs(Double(p[0]) - x) < 1e-5)
    }
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1.0) { product, _ in product * base }
  }

  @Test(
    "Integers without positive weights keep clear of minus a power of two",
    arguments: [[-4, -2], [-1, 0], [-2, -2], [-128, -3], [-1], [0, 0], [-64, -63, 0]] as [[Int32]])
  func signMode(entries: [Int32]) {
    var repaired = entries
    SignMode.repair(&repaired, limits: -128...127)
    #expect(SignMode.isSafe(repaired))
    #expect(repaired == repaired.sorted())
    for (old, new) in zip(entries, repaired) { #expect(abs(old - new) <= 2) }
  }

  @Test("Safe integers stay as they are", arguments: [[-4, 1], [-3, 0], [5, 6]] as [[Int32]])
  func safeIntegers(entries: [Int32]) {
    var repaired = entries
    SignMode.repair(&repaired, limits: -128...127)
    #expect(repaired == entries)
  }
}
