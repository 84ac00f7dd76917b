/// The rule that keeps a layer's integers clear of Lava's sign-mode traps.
///
/// netx picks a sign mode and a power-of-two scale for a dense layer, and lava-nc tests the sign
/// mode again by its own rule. Where a layer is all zero the reader fails; where it has no positive
/// weight and its minimum is -2^k the two rules disagree and the weights are off without a message.
package enum SignMode {
  /// Whether integers are safe.
  package static func isSafe(_ integers: [Int32]) -> Bool {
    guard let low = integers.min(), let high = integers.max(), low != 0 || high != 0 else {
      return false
    }
    return high > 0 || !isPowerOfTwo(-Int(low))
  }

  /// Moves one entry by 1 where needed.
  ///
  /// Entries of a codebook, not descending; all are taken as used.
  package static func repair(_ entries: inout [Int32], limits: ClosedRange<Int>) {
    guard !entries.isEmpty, !isSafe(entries) else { return }
    if entries.allSatisfy({ $0 == 0 }) {
      entries[entries.count - 1] = 1
      return
    }
    // -1 and -2 have no safe neighbour below that keeps the order of magnitude: -3 is the nearest.
    let low = Int(entries[0])
    let candidates = [low + 1, low - 1, low - 2].filter {
      limits.contains($0) && $0 < 0 && !isPowerOfTwo(-$0)
    }
    guard let nearest = candidates.min(by: { abs($0 - low) < abs($1 - low) }) else { return }
    for index in entries.indices where Int(entries[index]) == low || entries[index] < nearest {
      entries[index] = Int32(nearest)
    }
  }

  private static func isPowerOfTwo(_ value: Int) -> Bool { value > 0 && value & (value - 1) == 0 }
}
