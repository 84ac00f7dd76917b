import SpikeDiagnostics

extension SpikeFitter {
  /// What a fitted network uses of its budgets.
  static func budgets(
    of network: TrainableNetwork, operations: FitResult.Operations?
  ) -> [FitResult.BudgetUse] {
    let budgets = network.options.pruning.budgets
    guard !budgets.isEmpty else { return [] }
    let map = NetworkMap(network)
    return budgets.map { budget in
      let used: Double? =
        switch budget.kind {
        case .operations: operations?.total
        case .neurons:
          Double(map.layers.reduce(0) { $0 + $1.channels.count(map.widths) * $1.area })
        case .synapses:
          Double(
            map.wirings.reduce(0) {
              $0 + $1.outputs.count(map.widths) * $1.inputs.count(map.widths) * $1.pairSynapses
            })
        case .bytes: network.storedBytes(map)
        }
      return FitResult.BudgetUse(budget: budget, used: used)
    }
  }
}

extension FitResult.BudgetUse {
  /// What the user should know about a budget that does not hold.
  var finding: Finding? {
    guard !isMet else { return nil }
    guard let used else {
      return Finding(
        .notChecked, code: "fit.budget",
        message: "What is used of the budget of \(budget.name) was not measured.",
        fix: "give test data")
    }
    return Finding(
      .warning, code: "fit.budget",
      message:
        "The budget of \(budget.name) is \(budget.text(of: budget.limit)); the fitted network needs "
        + "\(budget.text(of: used)).",
      fix: "allow more, or start from a smaller network; where little is missing, ask for somewhat "
        + "less than the limit or for more pruning events",
      needed: budget.text(of: used), allowed: budget.text(of: budget.limit))
  }
}
