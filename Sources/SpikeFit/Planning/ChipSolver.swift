import Foundation

/// Finds the widest network within the limits of a chip.
///
/// From the full widths down: as long as a limit is exceeded, the group is narrowed that lowers the
/// overload most for the share of channels that it gives; then groups are widened again where
/// there is room. All counts rise with the widths, so what was met stays met when training removes
/// more. O(channels · groups · layers).
struct ChipSolver {
  let demand: ChipDemand
  /// Fewest channels that each group keeps.
  let least: [Int]
  private let multiple: Int

  init(_ demand: ChipDemand, _ options: FitOptions, largestShare: Double) {
    self.demand = demand
    multiple = max(1, options.target.channelMultiple)
    let map = demand.map
    least = map.widths.indices.map { group in
      map.isPrunable[group]
        ? max(1, Int((Double(map.widths[group]) * (1 - largestShare)).rounded(.up)))
        : map.widths[group]
    }
  }

  func solve() -> [Int] {
    var widths = demand.map.widths
    var overload = demand.overload(widths)
    while overload > 0, let next = narrowed(widths, overload) {
      widths = next
      overload = demand.overload(widths)
    }
    guard overload == 0 else { return widths }
    return widened(widths)
  }

  /// The best next step down, or nil where none helps.
  private func narrowed(_ widths: [Int], _ overload: Double) -> [Int]? {
    var best: (gain: Double, widths: [Int])?
    for group in widths.indices where widths[group] > least[group] {
      // Step functions (cores, powers of two) need larger steps before anything is gained.
      var step = max(1, widths[group] / 64)
      while true {
        var trial = widths
        trial[group] = max(least[group], widths[group] - step)
        let gain =
          (overload - demand.overload(trial))
          / log(Double(widths[group]) / Double(trial[group]))
        if gain > 0 {
          if gain > best?.gain ?? 0 { best = (gain, trial) }
          break
        }
        if trial[group] == least[group] { break }
        step *= 2
      }
    }
    return best?.widths
  }

  private func widened(_ start: [Int]) -> [Int] {
    var widths = start
    var hasChanged = true
    while hasChanged {
      hasChanged = false
      for group in widths.indices where widths[group] < demand.map.widths[group] {
        var trial = widths
        trial[group] += 1
        if demand.overload(trial) == 0 {
          widths = trial
          hasChanged = true
        }
      }
    }
    guard multiple > 1 else { return widths }
    return widths.indices.map { group in
      let width = widths[group]
      guard width < demand.map.widths[group], width >= multiple else { return width }
      return max(least[group], width / multiple * multiple)
    }
  }
}
