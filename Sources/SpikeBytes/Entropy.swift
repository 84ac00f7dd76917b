/// Order-0 entropy: the bits that independent symbols with these frequencies need at least.
public enum Entropy {
  /// Sum over symbols of n · log2(total / n), in bits; 0 for no symbols.
  ///
  /// Only IEEE 754 basic operations in a fixed order, so that a choice that rests on it is the same
  /// on every platform.
  /// - Complexity: O(counts).
  public static func bits(_ counts: [Int]) -> Double {
    let total = counts.reduce(0, +)
    guard total > 0 else { return 0 }
    let logTotal = SplitMix64.logarithm(Double(total))
    var sum = 0.0
    for count in counts where count > 0 {
      sum += Double(count) * (logTotal - SplitMix64.logarithm(Double(count)))
    }
    return sum / 0.6931471805599453
  }
}
