/// The cubic schedule of gradual pruning (Zhu and Gupta, arXiv 1710.01878).
package struct PruningSchedule: Hashable, Sendable, Codable {
  /// Share of channels that goes in the end.
  package let finalShare: Double
  /// Optimiser steps at which channels are removed, ascending.
  package let steps: [Int]
  /// Step of one more event at which budgets are measured again, if there is one.
  package let correction: Int?

  /// - Parameters:
  ///   - isNeeded: Whether there are events even where no share is asked for.
  ///   - correction: Step of one more event.
  package init(
    finalShare: Double, first: Int, last: Int, events: Int, isNeeded: Bool = false,
    correction: Int? = nil
  ) {
    self.finalShare = finalShare
    self.correction = correction
    guard finalShare > 0 || isNeeded else {
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
  package func share(after event: Int) -> Double { finalShare * progress(after: event) }

  /// How much of the way is done after the event at position `event`: 1 - (1 - t)³.
  package func progress(after event: Int) -> Double {
    let part = min(1, Double(event + 1) / Double(max(1, steps.count)))
    let rest = 1 - part
    return 1 - rest * rest * rest
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
  ///   - multiple: Groups keep a multiple of this many channels, where they had as many: the next
  ///     one up, but the next one down where a chip or a budget needs the room.
  ///   - largestShare: No group loses more than this share of its original channels.
  ///   - most: Most channels that each group may keep whatever the scores say; empty for no such
  ///     limit. It wins over `largestShare`.
  ///   - first: Channels that go in any case, by group; empty for none. They count.
  package init(
    scores: [[Double]], originals: [Int], removed: Int, multiple: Int, largestShare: Double,
    most: [Int] = [], first: [[Bool]] = []
  ) {
    let least = PruningChoice.least(
      originals, multiple: multiple, largestShare: largestShare, most: most)
    var left = scores.map(\.count)
    var gone = scores.map { $0.map { _ in false } }
    let order = scores.indices.flatMap { group in
      scores[group].indices.map { (group, $0) }
    }.sorted {
      (scores[$0.0][$0.1], $0.0, $0.1) < (scores[$1.0][$1.1], $1.0, $1.1)
    }
    var count = 0
    for group in first.indices {
      for channel in first[group].indices where first[group][channel] && left[group] > 1 {
        gone[group][channel] = true
        left[group] -= 1
        count += 1
      }
    }
    // What the limits of a chip take comes first, and counts.
    for (group, channel) in order
    where !most.isEmpty && left[group] > max(1, most[group]) && !gone[group][channel] {
      gone[group][channel] = true
      left[group] -= 1
      count += 1
    }
    for (group, channel) in order
    where count < removed && left[group] > least[group] && !gone[group][channel] {
      gone[group][channel] = true
      left[group] -= 1
      count += 1
    }
    if multiple > 1 {
      if first.isEmpty {
        PruningChoice.roundUp(&gone, &left, order, multiple, most)
      } else {
        PruningChoice.roundDown(&gone, &left, order, multiple, originals)
      }
    }
    kept = gone.map { flags in flags.indices.filter { !flags[$0] } }
  }

  /// Takes the worst channels until a group that has lost any has a whole multiple.
  private static func roundDown(
    _ gone: inout [[Bool]], _ left: inout [Int], _ order: [(Int, Int)], _ multiple: Int,
    _ originals: [Int]
  ) {
    for (group, channel) in order where !gone[group][channel] {
      guard left[group] < originals[group], left[group] > multiple else { continue }
      if left[group] % multiple != 0 {
        gone[group][channel] = true
        left[group] -= 1
      }
    }
  }

  /// Fewest channels that each group keeps.
  package static func least(
    _ originals: [Int], multiple: Int, largestShare: Double, most: [Int]
  ) -> [Int] {
    originals.indices.map { group in
      let original = originals[group]
      let floor = Int((Double(original) * (1 - largestShare)).rounded(.up))
      let kept = max(1, min(original, max(floor, min(multiple, original))))
      return most.isEmpty ? kept : max(1, min(kept, most[group]))
    }
  }

  /// Brings back the best of the removed channels until a group has a whole multiple, or all.
  private static func roundUp(
    _ gone: inout [[Bool]], _ left: inout [Int], _ order: [(Int, Int)], _ multiple: Int,
    _ most: [Int]
  ) {
    for (group, channel) in order.reversed() where gone[group][channel] {
      if left[group] % multiple != 0, most.isEmpty || left[group] < most[group] {
        gone[group][channel] = false
        left[group] += 1
      }
    }
  }
}
