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
        .notChecked, code: "fit.budget", message: "The \(budget.kind.rawValue) were not measured.",
        fix: "give test data")
    }
    return Finding(
      .warning, code: "fit.budget",
      message:
        "\(Int(used)) \(budget.kind.rawValue) are needed; the budget is \(Int(budget.limit)).",
      fix: "ask for a somewhat smaller budget or more pruning events",
      needed: "\(Int(used))", allowed: "\(Int(budget.limit))")
  }
}
