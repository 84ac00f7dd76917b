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
    let logTotal = log2(Double(total))
    return counts.reduce(0) { sum, count in
      count == 0 ? sum : sum + Double(count) * (logTotal - log2(Double(count)))
    }
  }

  /// Binary logarithm of a normal positive number, with the same bits on every platform.
  public static func log2(_ x: Double) -> Double { SplitMix64.logarithm(x) / 0.6931471805599453 }
}
