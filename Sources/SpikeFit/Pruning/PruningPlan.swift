/// The cubic schedule of gradual pruning (Zhu and Gupta, arXiv 1710.01878).
package struct PruningSchedule: Hashable, Sendable, Codable {
  /// Share of channels that goes in the end.
  package let finalShare: Double
  /// Optimiser steps at which channels are removed, ascending.
  package let steps: [Int]

  package init(finalShare: Double, first: Int, last: Int, events: Int) {
    self.finalShare = finalShare
    guard finalShare > 0 else {
      steps = []
      return
    }
    let count = max(1, events)
    let span = Double(max(0, last - first))
    var found: [Int] = []
    for event in 0..<count {
      let part = count == 1 ? 1 : Double(event) / Double(count - 1)
      let step = first + Int((part * span).rounded())
      if found.last != step { found.append(step) }
    }
    steps = found
  }

  /// Share of channels that is gone after the event at position `event`: s_f (1 - (1 - t)³).
  package func share(after event: Int) -> Double {
    let part = Double(event + 1) / Double(max(1, steps.count))
    let rest = 1 - part
    return finalShare * (1 - rest * rest * rest)
  }
}

/// Which channels stay, so that a number of channels is gone in total.
package struct PruningChoice {
  /// For each group, channel numbers that stay, ascending.
  package var kept: [[Int]]

  /// - Parameters:
  ///   - scores: One list for each group; the lowest go.
  ///   - originals: Channels that each group had before any pruning.
  ///   - removed: How many channels of all groups go now.
  ///   - multiple: Groups keep a multiple of this many channels, where they had as many.
  ///   - largestShare: No group loses more than this share of its original channels.
  package init(
    scores: [[Double]], originals: [Int], removed: Int, multiple: Int, largestShare: Double
  ) {
    let least = originals.map { original in
      let floor = Int((Double(original) * (1 - largestShare)).rounded(.up))
      return max(1, min(original, max(floor, min(multiple, original))))
    }
    var left = scores.map(\.count)
    var gone = scores.map { $0.map { _ in false } }
    let order = scores.indices.flatMap { group in
      scores[group].indices.map { (group, $0) }
    }.sorted {
      (scores[$0.0][$0.1], $0.0, $0.1) < (scores[$1.0][$1.1], $1.0, $1.1)
    }
    var count = 0
    for (group, channel) in order where count < removed && left[group] > least[group] {
      gone[group][channel] = true
      left[group] -= 1
      count += 1
    }
    if multiple > 1 { PruningChoice.roundUp(&gone, &left, order, multiple) }
    kept = gone.map { flags in flags.indices.filter { !flags[$0] } }
  }

  /// Brings back the best of the removed channels until a group has a whole multiple, or all.
  private static func roundUp(
    _ gone: inout [[Bool]], _ left: inout [Int], _ order: [(Int, Int)], _ multiple: Int
  ) {
    for (group, channel) in order.reversed() where gone[group][channel] {
      if left[group] % multiple != 0 {
        gone[group][channel] = false
        left[group] += 1
      }
    }
  }
}
