/// Chooses channels under budgets with one Lagrangian multiplier for each.
///
/// Channel j goes where its score is below Σ_b λ_b c_bj. The multipliers are found by bisection, one
/// budget after the other, until all hold: the smallest λ that is feasible given the others.
struct BudgetSolver {
  let work: ChannelWork
  let scores: [[Double]]
  /// Fewest channels that each group keeps.
  let least: [Int]
  private let costs: [[[Double]]]
  private let budgets: [FitOptions.Budget]

  init(
    _ work: ChannelWork, scores: [[Double]], least: [Int], budgets: [FitOptions.Budget]
  ) {
    self.work = work
    self.scores = scores
    self.least = least
    self.budgets = budgets
    costs = budgets.map { budget in
      // In units of what there is, so that multipliers are of one size.
      let total = work.use(budget.kind, without: scores.map { $0.map { _ in false } })
      return work.costs(budget.kind).map { $0.map { $0 / max(total, 1e-30) } }
    }
  }

  /// Channels that go.
  /// - Returns: flags by group, and the multipliers.
  func solve() -> (gone: [[Bool]], multipliers: [Double]) {
    var multipliers = [Double](repeating: 0, count: budgets.count)
    for _ in 0..<8 {
      var isFeasible = true
      for index in budgets.indices where !holds(index, multipliers) {
        isFeasible = false
        raise(index, &multipliers)
      }
      if isFeasible { break }
    }
    return (gone(multipliers), multipliers)
  }

  private func raise(_ index: Int, _ multipliers: inout [Double]) {
    let peak = scores.joined().max() ?? 1
    var high = max(multipliers[index], 1e-6 * max(peak, 1e-30))
    var low = multipliers[index]
    for _ in 0..<80 {
      multipliers[index] = high
      if holds(index, multipliers) { break }
      low = high
      high *= 2
    }
    for _ in 0..<50 {
      multipliers[index] = (low + high) / 2
      if holds(index, multipliers) {
        high = multipliers[index]
      } else {
        low = multipliers[index]
      }
    }
    multipliers[index] = high
  }

  private func holds(_ index: Int, _ multipliers: [Double]) -> Bool {
    work.use(budgets[index].kind, without: gone(multipliers)) <= budgets[index].limit
  }

  private func gone(_ multipliers: [Double]) -> [[Bool]] {
    scores.indices.map { group in
      let values = scores[group].indices.map { channel in
        scores[group][channel]
          - budgets.indices.reduce(0) { $0 + multipliers[$1] * costs[$1][group][channel] }
      }
      let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
      var flags = values.map { _ in false }
      for channel in order.prefix(max(0, values.count - least[group])) where values[channel] < 0 {
        flags[channel] = true
      }
      return flags
    }
  }
}
