/// The distribution of one channel's activations in fixed memory: counts in bins of equal width.
///
/// The width is a power of two and doubles, neighbours merging, when a larger value arrives. So one
/// pass over the data is enough and any two histograms can be added. Values at or below 0 are
/// counted together: a ReLU makes them 0.
package struct ActivationHistogram: Hashable, Sendable {
  /// Number of bins.
  package static let binCount = 1024

  /// Counts of positive values; bin i holds [i·width, (i + 1)·width).
  package private(set) var bins = [UInt32](repeating: 0, count: ActivationHistogram.binCount)
  /// Width of a bin.
  package private(set) var width: Float = 0x1p-40
  /// Number of all values, positive or not.
  package private(set) var count = 0
  /// Number of positive values.
  package private(set) var positiveCount = 0
  /// Sum of the positive values.
  package private(set) var positiveSum = 0.0
  /// The exact maximum, at least 0.
  package private(set) var maximum: Float = 0

  /// Makes an empty histogram.
  package init() {}

  /// Adds one value.
  package mutating func add(_ value: Float) {
    count += 1
    guard value > 0 else { return }
    if value > maximum {
      maximum = value
      widen(for: value)
    }
    positiveCount += 1
    positiveSum += Double(value)
    bins[min(Int(value / width), ActivationHistogram.binCount - 1)] += 1
  }

  /// Adds all values of another histogram.
  package mutating func add(_ other: ActivationHistogram) {
    var other = other
    maximum = max(maximum, other.maximum)
    while width < other.width { doubleWidth() }
    while other.width < width { other.doubleWidth() }
    for index in bins.indices { bins[index] += other.bins[index] }
    count += other.count
    positiveCount += other.positiveCount
    positiveSum += other.positiveSum
  }

  private mutating func widen(for value: Float) {
    if positiveCount == 0 {
      // Start at a width that leaves half of the bins free.
      width = Float(sign: .plus, exponent: value.exponent - 8, significand: 1)
    }
    while value >= width * Float(ActivationHistogram.binCount) { doubleWidth() }
  }

  private mutating func doubleWidth() {
    let half = ActivationHistogram.binCount / 2
    for index in 0..<half { bins[index] = bins[2 * index] + bins[2 * index + 1] }
    for index in half..<ActivationHistogram.binCount { bins[index] = 0 }
    width *= 2
  }
}
