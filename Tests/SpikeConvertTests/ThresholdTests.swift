import Foundation
import SpikeBytes
import SpikeConvert
import Testing

@Suite("Thresholds from activations")
struct ThresholdTests {
  private func histogram(_ values: [Float]) -> ActivationHistogram {
    var histogram = ActivationHistogram()
    for value in values { histogram.add(value) }
    return histogram
  }

  private func gaussian(count: Int, seed: UInt64) -> [Float] {
    var draws = SplitMix64(seed: seed)
    return (0..<count).map { _ in Float(draws.normal()) }
  }

  /// The standard normal distribution without sampling noise: its quantiles at equal steps.
  private func normalQuantiles(count: Int) -> [Float] {
    let positive = (0..<count / 2).map { index -> Float in
      // Share of the distribution above the value.
      let tail = 0.5 * (1 - (Double(index) + 0.5) / Double(count / 2))
      var low = 0.0
      var high = 8.0
      for _ in 0..<50 {
        let middle = (low + high) / 2
        if erfc(middle / 2.0.squareRoot()) / 2 > tail { low = middle } else { high = middle }
      }
      return Float(low)
    }
    return positive + positive.map { -$0 }
  }

  /// Mean square error of clipping and rounding to the rates k θ / T, measured sample by sample.
  private func error(_ values: [Float], threshold: Double, steps: Int) -> Double {
    let unit = threshold / Double(steps)
    return values.reduce(0) { sum, value in
      let activation = max(0, Double(value))
      let steps = min(Double(steps), (activation / unit + 0.5).rounded(.down))
      let difference = activation - steps * unit
      return sum + difference * difference
    } / Double(values.count)
  }

  @Test(
    "the minimum-error threshold of a rectified Gaussian is the one a grid search finds",
    arguments: [(4, 2.15), (8, 2.55), (16, 2.95), (32, 3.33)])
  func rectifiedGaussian(steps: Int, published: Double) throws {
    let values = normalQuantiles(count: 400_000)
    let distribution = ActivationDistribution(histogram(values))
    let root = try #require(
      ThresholdRule.minimumError.threshold(for: distribution, timeSteps: steps))
    #expect(abs(root - published) < 0.02 * published)
    let best = stride(from: 1.5, through: 4.5, by: 0.05)
      .map { ($0, error(values, threshold: $0, steps: steps)) }
      .min { $0.1 < $1.1 }
    let (grid, least) = try #require(best)
    #expect(abs(root - grid) < 0.05 * grid)
    #expect(error(values, threshold: root, steps: steps) < 1.01 * least)
  }

  @Test("more time steps never lower the minimum-error threshold")
  func monotone() throws {
    let distribution = ActivationDistribution(histogram(gaussian(count: 20_000, seed: 3)))
    var last = 0.0
    for steps in [1, 2, 4, 8, 16, 32, 64, 128, 1024, 65_536] {
      let root = try #require(
        ThresholdRule.minimumError.threshold(for: distribution, timeSteps: steps))
      #expect(root > last)
      #expect(root <= distribution.maximum)
      last = root
    }
  }

  @Test("percentile and maximum are those of the sorted positive values")
  func percentiles() throws {
    let values = gaussian(count: 50_000, seed: 5).map { $0 * 300 }
    let positive = values.filter { $0 > 0 }.sorted()
    let distribution = ActivationDistribution(histogram(values))
    #expect(distribution.maximum == Double(positive[positive.count - 1]))
    for share in [0.5, 0.9, 0.99, 0.999] {
      let exact = Double(positive[Int(share * Double(positive.count))])
      let found = try #require(
        ThresholdRule.percentile(share).threshold(for: distribution, timeSteps: 8))
      #expect(abs(found - exact) < 0.005 * distribution.maximum, "share \(share)")
    }
    #expect(
      ThresholdRule.maximum.threshold(for: distribution, timeSteps: 8) == distribution.maximum)
    #expect(
      ThresholdRule.percentile(1).threshold(for: distribution, timeSteps: 8)
        == distribution.maximum)
  }

  @Test("shares and tail means agree with sums over the values", arguments: [0.0, 0.3, 1, 2.5, 9])
  func tails(threshold: Double) {
    let values = gaussian(count: 50_000, seed: 8)
    let distribution = ActivationDistribution(histogram(values))
    let count = Double(values.count)
    let above = Double(values.count { Double($0) > threshold }) / count
    let excess = values.reduce(0.0) { $0 + max(0, Double($1) - threshold) } / count
    #expect(abs(distribution.shareAbove(threshold) - above) < 2e-3)
    #expect(abs(distribution.meanExcess(threshold) - excess) < 1e-4)
    let mean = values.reduce(0.0) { $0 + max(0, Double($1)) } / count
    #expect(abs(distribution.mean - mean) < 1e-9)
  }

  @Test(
    "the order of values and the way they are split do not change a histogram", arguments: 0..<20)
  func mergeable(seed: UInt64) {
    var draws = SplitMix64(seed: seed)
    let scale = Float(draws.uniform() * 1000)
    let values = (0..<2000).map { _ in Float(draws.normal()) * scale }
    let whole = histogram(values)
    var reversed = histogram(values.reversed())
    var parts = histogram(Array(values[..<700]))
    parts.add(histogram(Array(values[700...])))
    for other in [reversed, parts] {
      #expect(other.count == whole.count && other.positiveCount == whole.positiveCount)
      #expect(other.maximum == whole.maximum)
      let sum = other.bins.reduce(0) { $0 + Int($1) }
      #expect(sum == whole.positiveCount, "seed \(seed)")
      let median = ActivationDistribution(other).percentile(0.5)
      #expect(
        abs(median - ActivationDistribution(whole).percentile(0.5)) <= Double(other.width) * 2)
    }
    reversed.add(ActivationHistogram())
    #expect(reversed.count == whole.count)
  }

  @Test("where nothing was positive there is no threshold")
  func silent() {
    for values in [[], [-1, 0, -3]] as [[Float]] {
      let distribution = ActivationDistribution(histogram(values))
      for rule in [ThresholdRule.maximum, .percentile(0.9), .minimumError] {
        #expect(rule.threshold(for: distribution, timeSteps: 4) == nil)
      }
      #expect(distribution.clippedShare(1) == 0)
    }
  }
}
