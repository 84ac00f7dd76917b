import Foundation

/// Scores that grow as a layer thins out.
///
/// A score says what it costs to remove one channel while all others stay. Costs do not add up:
/// channels of a layer stand in for one another, so the tenth removal costs more than the first,
/// and the last one cuts the network in two. If the damage of a layer that keeps the share k of
/// its channels is taken to grow like -log k, as it does for channels that share one signal, the
/// next removal costs 1/k times its own score. So the score at place r (from 0) of the ascending
/// order among p channels of once n is multiplied by (n / (p - r))^x; x = 0 adds scores up as if
/// they were independent. The order within a layer is unchanged. The rule is ours.
package struct CrowdedScores {
  /// Exponent x; 0 changes nothing.
  package let exponent: Double

  /// Makes the rule.
  package init(exponent: Double) { self.exponent = exponent }

  /// The scores with what thinning adds.
  /// - Parameters:
  ///   - scores: one list for each group.
  ///   - originals: channels of each group before any pruning.
  /// - Complexity: O(n log n) for n channels.
  package func callAsFunction(_ scores: [[Double]], originals: [Int]) -> [[Double]] {
    guard exponent > 0 else { return scores }
    return zip(scores, originals).map { list, original in
      var crowded = list
      let order = list.indices.sorted { (list[$0], $0) < (list[$1], $1) }
      for (place, channel) in order.enumerated() {
        let left = Double(list.count - place) / Double(max(list.count, original))
        crowded[channel] *= pow(left, -exponent)
      }
      return crowded
    }
  }
}
