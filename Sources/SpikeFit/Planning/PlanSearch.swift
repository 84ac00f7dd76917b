import SpikeDiagnostics
import SpikeGraph
import SpikeHardware

/// Numbers of unique weights with the widths that they leave room for.
///
/// On most chips fewer values make no room, and the largest number is taken. Where they do, plans are
/// compared by ``PlanDamage``: what few values and missing channels do to the currents. On crossbars
/// whose lines take an axon for every type the layers differ: from each single number the search moves
/// one layer at a time as long as the damage falls.
struct PlanSearch {
  struct Found {
    var solver: ChipSolver
    var widths: [Int]
    /// Limits that do not hold.
    var misses: Int
    /// Sum of noise-to-signal ratios; nil where nothing had to be compared.
    var damage: Double?
    fileprivate var counts: [Int]
  }

  private let model: Model
  private let map: NetworkMap
  private let options: FitOptions
  private let spec: HardwareSpec
  private let wishes: ChipPlanner.Wishes
  private let hasFreeZero: Bool

  private static let rounds = 4

  init(
    _ model: Model, map: NetworkMap, options: FitOptions, spec: HardwareSpec,
    wishes: ChipPlanner.Wishes, hasFreeZero: Bool
  ) {
    self.model = model
    self.map = map
    self.options = options
    self.spec = spec
    self.wishes = wishes
    self.hasFreeZero = hasFreeZero
  }

  /// Plans, best first; none where no candidate is left.
  func plans(_ candidates: [Int]) throws(FitError) -> [Found] {
    if let count = wishes.uniqueWeights { return [solve(count, wishes.layers)] }
    let uniform = candidates.map { solve($0, FitOptions.Layers(bits: wishes.layers.bitsByNode)) }
    guard let first = uniform.first else { return [] }
    guard uniform.contains(where: { $0.widths != first.widths || $0.misses != first.misses })
    else { return [first] }
    var damage = try PlanDamage(
      model, options: options, scope: scope, hasFreeZero: hasFreeZero)
    var found: [Found] = []
    func add(_ plan: Found) {
      if !found.contains(where: { $0.counts == plan.counts }) { found.append(plan) }
    }
    for plan in uniform {
      var start = plan
      start.counts = damage.names.map { _ in plan.solver.demand.uniqueWeights ?? 2 }
      start.damage = damage.total(start.solver.demand, start.widths)
      add(start)
      guard spec.uniqueWeights?.form == "axon-typed", scope == .channel else { continue }
      add(descend(from: start, candidates, &damage))
    }
    return found.enumerated().sorted {
      ($0.element.misses, $0.element.damage ?? 0, $0.offset)
        < ($1.element.misses, $1.element.damage ?? 0, $1.offset)
    }.map(\.element)
  }

  private var scope: CodebookScope {
    if let scope = wishes.scope { return scope }
    return switch spec.uniqueWeights?.scope {
    case .neuron: .channel
    case .network: .network
    case .layer, .core, nil: .layer
    }
  }

  private func solve(_ count: Int?, _ layers: FitOptions.Layers) -> Found {
    let demand = ChipDemand(
      map: map, spec: spec, uniqueWeights: count, layers: layers, hasFreeZero: hasFreeZero,
      timeSteps: options.timeSteps, weightBits: options.bits ?? 8)
    let solver = ChipSolver(demand, options, largestShare: wishes.largestShare)
    let widths = solver.solve()
    return Found(
      solver: solver, widths: widths, misses: demand.items(widths).count { !$0.isMet },
      damage: nil, counts: [])
  }

  /// One layer at a time as long as that is better.
  private func descend(
    from start: Found, _ candidates: [Int], _ damage: inout PlanDamage
  ) -> Found {
    var best = start
    for _ in 0..<PlanSearch.rounds {
      let before = best.counts
      for layer in best.counts.indices {
        for count in candidates where count != best.counts[layer] {
          var counts = best.counts
          counts[layer] = count
          var trial = solve(counts.max(), layers(counts, damage.names))
          trial.counts = counts
          let value = damage.total(trial.solver.demand, trial.widths)
          trial.damage = value
          if (trial.misses, value) < (best.misses, best.damage ?? .infinity) { best = trial }
        }
      }
      if best.counts == before { break }
    }
    return best
  }

  /// Numbers by layer, none where all are the same, and the bits that were asked for.
  private func layers(_ counts: [Int], _ names: [String]) -> FitOptions.Layers {
    let bits = wishes.layers.bitsByNode
    guard Set(counts).count > 1 else { return FitOptions.Layers(bits: bits) }
    return FitOptions.Layers(
      uniqueWeights: Dictionary(zip(names, counts), uniquingKeysWith: { first, _ in first }),
      bits: bits)
  }
}
