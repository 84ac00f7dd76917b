/// Cores that are being filled.
struct PackingState {
  private(set) var cores: [CorePacking.Core] = []
  let problem: PackingProblem

  init(_ problem: PackingProblem) { self.problem = problem }

  /// A packing by one rule.
  static func packed(
    _ problem: PackingProblem, _ rule: PackingRule
  ) throws(CorePacking.Overflow) -> [CorePacking.Core] {
    var state = PackingState(problem)
    for layer in problem.layers.reversed() {
      let readers = state.readers()
      for neuron in rule.ordered(layer, problem) {
        let targets = readers[neuron] ?? []
        if targets.isEmpty && !problem.keeps.contains(neuron) { continue }
        try state.place(neuron, targets, takesBest: rule.takesBest)
      }
    }
    return state.cores
  }

  /// Axons that wait for a neuron, by its number.
  func readers() -> [Int: [(core: Int, axon: Int)]] {
    var readers: [Int: [(core: Int, axon: Int)]] = [:]
    for (core, content) in cores.enumerated() {
      for (axon, wire) in content.axons.enumerated() {
        if let neuron = problem.owners[wire.source] {
          readers[neuron, default: []].append((core, axon))
        }
      }
    }
    return readers
  }

  /// As many copies of a neuron as it has targets, on as few cores as the rule needs.
  private mutating func place(
    _ neuron: Int, _ targets: [(core: Int, axon: Int)], takesBest: Bool
  ) throws(CorePacking.Overflow) {
    var missing: [(core: Int, axon: Int)?] = targets.isEmpty ? [nil] : targets
    while !missing.isEmpty {
      var choice: (core: Int, cost: Int, types: [Int])?
      for core in cores.indices where cores[core].members.count < problem.limits.neurons {
        guard let (cost, types) = bestTypes(neuron, on: core),
          choice.map({ cost < $0.cost }) ?? true
        else { continue }
        choice = (core, cost, types)
        if !takesBest || cost == 0 { break }
      }
      if choice == nil {
        guard cores.count < problem.limits.cores else {
          throw CorePacking.Overflow(
            neuron: neuron, message: "More than \(problem.limits.cores) cores are needed.")
        }
        addCore()
        choice = bestTypes(neuron, on: cores.count - 1).map { (cores.count - 1, $0.cost, $0.types) }
      }
      guard let (core, _, types) = choice else {
        throw CorePacking.Overflow(neuron: neuron, message: "A core does not hold the neuron.")
      }
      let room = problem.limits.neurons - cores[core].members.count
      for target in missing.prefix(room) { add(neuron, types, on: core, sendsTo: target) }
      missing.removeFirst(min(room, missing.count))
    }
  }

  /// One more empty core.
  mutating func addCore() { cores.append(CorePacking.Core()) }

  /// A copy of a neuron on a core, with the axons that it still needs there.
  mutating func add(
    _ neuron: Int, _ types: [Int], on core: Int, sendsTo target: (core: Int, axon: Int)?
  ) {
    let values = problem.values[neuron]
    let axons = problem.synapses[neuron].map { synapse -> Int in
      let type = types[values.firstIndex(of: synapse.weight) ?? 0]
      let axon = CorePacking.Axon(source: synapse.source, type: type)
      if let place = cores[core].places[axon] { return place }
      cores[core].places[axon] = cores[core].axons.count
      cores[core].axons.append(axon)
      return cores[core].axons.count - 1
    }
    var weights = [Int32](repeating: 0, count: problem.limits.types)
    for (type, value) in zip(types, values) { weights[type] = value }
    cores[core].members.append(
      CorePacking.Member(
        neuron: neuron, weights: weights, axons: axons.sorted(), core: target?.core,
        axon: target?.axon))
  }

  /// The type of each value that needs the fewest new axons, or nil where they do not fit.
  func bestTypes(_ neuron: Int, on core: Int) -> (cost: Int, types: [Int])? {
    let costs = axonCosts(neuron, on: core)
    var best: (cost: Int, types: [Int])?
    func choose(_ types: [Int], _ cost: Int) {
      if let best, cost >= best.cost { return }
      if types.count == costs.count {
        best = (cost, types)
        return
      }
      for type in 0..<problem.limits.types where !types.contains(type) {
        choose(types + [type], cost + costs[types.count][type])
      }
    }
    choose([], 0)
    guard let best, cores[core].axons.count + best.cost <= problem.limits.axons else { return nil }
    return best
  }

  /// Every choice of types that fits, the cheapest first; where one needs no new axon, only that one.
  func allTypes(_ neuron: Int, on core: Int) -> [(cost: Int, types: [Int])] {
    let costs = axonCosts(neuron, on: core)
    let room = problem.limits.axons - cores[core].axons.count
    let used = Set(cores[core].axons.map(\.type))
    var found: [(cost: Int, types: [Int])] = []
    func choose(_ types: [Int], _ cost: Int) {
      if cost > room { return }
      if types.count == costs.count {
        found.append((cost, types))
        return
      }
      var hasFresh = false
      for type in 0..<problem.limits.types where !types.contains(type) {
        // Types that no axon has yet are alike.
        if !used.contains(type) {
          if hasFresh { continue }
          hasFresh = true
        }
        choose(types + [type], cost + costs[types.count][type])
      }
    }
    choose([], 0)
    if let free = found.first(where: { $0.cost == 0 }) { return [free] }
    return found.enumerated().sorted { ($0.element.cost, $0.offset) < ($1.element.cost, $1.offset) }
      .map(\.element)
  }

  /// New axons if a value of a neuron had a type, by value and type.
  private func axonCosts(_ neuron: Int, on core: Int) -> [[Int]] {
    let values = problem.values[neuron]
    let types = problem.limits.types
    var costs = Array(repeating: Array(repeating: 0, count: types), count: values.count)
    for synapse in problem.synapses[neuron] {
      let value = values.firstIndex(of: synapse.weight) ?? 0
      for type in 0..<types
      where cores[core].places[CorePacking.Axon(source: synapse.source, type: type)] == nil {
        costs[value][type] += 1
      }
    }
    return costs
  }
}
