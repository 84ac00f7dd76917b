import SpikeBytes
import SpikeCompute
import Testing

@Suite("Soft assignment and its derivatives")
struct SoftAssignmentTests {
  static let columns = 7
  let part = FitRows(0..<3, columns: columns)
  let values: [Float] = [-1.1, -0.4, 0.3, 0.9]

  /// The mixture in double precision, textbook form.
  struct Textbook {
    var values: [Double]
    var temperature: Double
    func shares(_ w: Double) -> [Double] {
      let least = values.map { (w - $0) * (w - $0) }.min() ?? 0
      let powers = values.map { Exponential.of((least - (w - $0) * (w - $0)) / temperature) }
      let total = powers.reduce(0, +)
      return powers.map { $0 / total }
    }
    func q(_ w: Double) -> Double { zip(shares(w), values).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  @Test(
    "Mixtures are those of the textbook, at any temperature", arguments: [10, 0.5, 0.05, 1e-4])
  func mixtures(temperature: Float) {
    var random = SplitMix64(seed: 11)
    let latent = TinyModels.random(part.count, &random)
    let scales: [Float] = [0.5, 1, 2]
    var q = latent
    FitKernels.softQuantise(
      latent, in: part, scales: scales, values: values, temperature: temperature, into: &q)
    let book = Textbook(values: values.map { Double($0) }, temperature: Double(temperature))
    for (index, w) in latent.enumerated() {
      let expected = Double(scales[index / Self.columns]) * book.q(Double(w))
      #expect(abs(Double(q[index]) - expected) < 2e-5)
    }
  }

  @Test(
    "Formulas (4) and (5) are the derivatives of the mixture", arguments: [2, 0.3, 0.06] as [Float])
  func derivatives(temperature: Float) {
    var random = SplitMix64(seed: 12)
    let latent = TinyModels.random(part.count, &random)
    let gradient = TinyModels.random(part.count, &random)
    let scales: [Float] = [0.5, 1, 2]
    var latentGradient = gradient
    var sums = [Double](repeating: 0, count: 256)
    FitKernels.softGradient(
      gradient, latent: latent, in: part, scales: scales, values: values,
      temperature: temperature, into: &latentGradient, centroids: &sums)
    let book = Textbook(values: values.map { Double($0) }, temperature: Double(temperature))
    let step = 1e-5
    for (index, w) in latent.enumerated() {
      let slope = (book.q(Double(w) + step) - book.q(Double(w) - step)) / (2 * step)
      let expected = Double(gradient[index] * scales[index / Self.columns]) * slope
      #expect(abs(Double(latentGradient[index]) - expected) < 1e-4 * max(1, abs(expected)))
    }
    for k in values.indices {
      func loss(_ change: Double) -> Double {
        var moved = book
        moved.values[k] += change
        return latent.indices.reduce(0) {
          $0 + Double(gradient[$1] * scales[$1 / Self.columns]) * moved.q(Double(latent[$1]))
        }
      }
      let slope = (loss(step) - loss(-step)) / (2 * step)
      #expect(abs(sums[k] - slope) < 1e-3 * max(1, abs(slope)))
    }
  }

  @Test("The way through soft means is the derivative with shares held")
  func means() {
    var random = SplitMix64(seed: 13)
    let latent = TinyModels.random(part.count, &random)
    let temperature: Float = 0.3
    let book = Textbook(values: values.map { Double($0) }, temperature: Double(temperature))
    let held = latent.map { book.shares(Double($0)) }
    var weights = [Double](repeating: 0, count: 4)
    var products = weights
    FitKernels.softSums(
      latent, in: part, values: values, temperature: temperature, weights: &weights,
      products: &products)
    for k in values.indices {
      let total = held.reduce(0) { $0 + $1[k] }
      let moment = zip(held, latent).reduce(0) { $0 + $1.0[k] * Double($1.1) }
      #expect(abs(weights[k] - total) < 1e-5 * total)
      #expect(abs(products[k] - moment) < 1e-4)
    }
    // L = Σ_k a_k c_k(w), c_k = Σ p w / Σ p with p held.
    let amounts = TinyModels.random(4, &random)
    var slopes = [Float](repeating: 0.25, count: latent.count)
    FitKernels.softSpread(
      latent, in: part, values: values, temperature: temperature,
      amounts: values.indices.map { amounts[$0] / Float(weights[$0]) }, into: &slopes)
    for index in latent.indices {
      let expected = values.indices.reduce(0.25) {
        $0 + Double(amounts[$1]) * held[index][$1] / weights[$1]
      }
      #expect(abs(Double(slopes[index]) - expected) < 1e-5)
    }
  }
}

/// e^x by its series on a reduced argument, for tests without the C library.
enum Exponential {
  static func of(_ x: Double) -> Double {
    guard x > -700 else { return 0 }
    let reduced = x / 1_024
    var term = 1.0
    var sum = 1.0
    for n in 1...12 {
      term *= reduced / Double(n)
      sum += term
    }
    for _ in 0..<10 { sum *= sum }
    return sum
  }
}
