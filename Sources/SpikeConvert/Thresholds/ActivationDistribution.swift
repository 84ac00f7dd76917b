/// Questions to a histogram that is complete: shares and tail means at any threshold.
///
/// Inside a bin values count as spread evenly; with 1024 bins the error is far below that of the
/// sample.
package struct ActivationDistribution: Sendable {
  /// The largest value seen.
  package let maximum: Double
  /// Mean over all values, negative ones as 0.
  package let mean: Double
  /// Number of positive values.
  package let positiveCount: Int
  private let total: Double
  private let width: Double
  private let bins: [UInt32]
  /// Number and sum of the values in bins from an index on.
  private let tailCount: [Double]
  private let tailSum: [Double]

  /// Makes the distribution of a histogram.
  package init(_ histogram: ActivationHistogram) {
    maximum = Double(histogram.maximum)
    total = Double(max(1, histogram.count))
    mean = histogram.positiveSum / total
    positiveCount = histogram.positiveCount
    width = Double(histogram.width)
    bins = histogram.bins
    var count = 0.0
    var sum = 0.0
    var counts = [Double](repeating: 0, count: bins.count + 1)
    var sums = counts
    for index in bins.indices.reversed() {
      count += Double(bins[index])
      sum += Double(bins[index]) * (Double(index) + 0.5) * width
      counts[index] = count
      sums[index] = sum
    }
    tailCount = counts
    tailSum = sums
  }

  /// Share of all values above `threshold`, which must not be negative.
  package func shareAbove(_ threshold: Double) -> Double {
    let (index, rest) = position(threshold)
    guard index < bins.count else { return 0 }
    return (tailCount[index + 1] + Double(bins[index]) * rest) / total
  }

  /// Share of the positive values above `threshold`; exactly 0 from the largest value on, where
  /// interpolation inside a bin would leave something.
  package func clippedShare(_ threshold: Double) -> Double {
    // Thresholds are float32: the largest value rounds to itself.
    positiveCount == 0 || Float(threshold) >= Float(maximum)
      ? 0 : shareAbove(threshold) * total / Double(positiveCount)
  }

  /// E[(a - threshold)₊] over all values.
  package func meanExcess(_ threshold: Double) -> Double {
    let (index, rest) = position(threshold)
    guard index < bins.count else { return 0 }
    let above = tailSum[index + 1] - threshold * tailCount[index + 1]
    // The part of this bin above the threshold has length rest·width and mean excess half of it.
    return (above + Double(bins[index]) * rest * rest * width / 2) / total
  }

  /// The value below which `share` of the positive values lies; the maximum for a share of 1.
  package func percentile(_ share: Double) -> Double {
    guard share < 1, positiveCount > 0 else { return maximum }
    let target = (1 - share) * Double(positiveCount)
    guard let index = bins.indices.last(where: { tailCount[$0] >= target && bins[$0] > 0 }) else {
      return maximum
    }
    let rest = (target - tailCount[index + 1]) / Double(bins[index])
    return min(maximum, (Double(index + 1) - max(0, rest)) * width)
  }

  /// The bin of a threshold and the share of that bin that lies above it.
  private func position(_ threshold: Double) -> (Int, Double) {
    let index = Int(min(Double(bins.count), threshold / width))
    return (index, Double(index + 1) - threshold / width)
  }
}
