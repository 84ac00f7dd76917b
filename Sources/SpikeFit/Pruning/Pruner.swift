import Foundation
import SpikeEngine
import SpikeGraph

/// Gradual structured pruning of a network in training.
struct Pruner: Codable {
  /// Everything that changes or cannot be computed again, for checkpoints.
  struct State: Hashable, Sendable, Codable {
    /// Channels of the prunable groups before pruning, by the name of their first population.
    var originals: [String: Int] = [:]
    /// Pruning events so far.
    var events = 0
    /// Channels that have been removed.
    var removed = 0
    /// What is budgeted, before the first event.
    var uses: [Double] = []
  }

  let schedule: PruningSchedule
  let samples: [Float]
  let count: Int
  /// Labels of the samples.
  let labels: [Int]
  @FromRun private var options: FitOptions
  private(set) var state = State()
  /// Channels that have been removed, and those there were.
  var removed: Int { state.removed }
  var total: Int { state.originals.values.reduce(0, +) }

  init(
    _ network: TrainableNetwork, schedule: PruningSchedule, samples: [Float], count: Int,
    labels: [Int] = []
  ) {
    self.schedule = schedule
    self.samples = samples
    self.count = count
    self.labels = labels
    options = network.options
    state.originals = Pruner.originals(network)
  }

  private static func originals(_ network: TrainableNetwork) -> [String: Int] {
    Dictionary(
      uniqueKeysWithValues: ChannelGroup.prunable(of: network).map {
        (name(of: $0, network), $0.channels)
      })
  }

  /// Share of all prunable channels that is gone in the end: what was asked for, or what the limits
  /// of the chip take, whichever is more.
  static func finalShare(_ network: TrainableNetwork) -> Double {
    let originals = originals(network)
    let total = originals.values.reduce(0, +)
    guard total > 0 else { return 0 }
    let taken = network.options.chip.mostChannels.reduce(0) {
      $0 + max(0, (originals[$1.key] ?? 0) - $1.value)
    }
    return min(1, max(network.options.pruneShare, Double(taken) / Double(total)))
  }

  /// Name of a group: that of its first population.
  static func name(of group: ChannelGroup, _ network: TrainableNetwork) -> String {
    guard let first = group.populations.first else { return "" }
    return network.form.graph.nodes[network.structure.populations[first].node].name
  }

  /// Most channels that each group may keep after the event at position `event`.
  private func most(_ groups: [ChannelGroup], _ network: TrainableNetwork, after event: Int)
    -> [Int]
  {
    let planned = options.chip.mostChannels
    guard !planned.isEmpty else { return [] }
    let progress = schedule.progress(after: event)
    return groups.map { group in
      let name = Pruner.name(of: group, network)
      let original = state.originals[name] ?? group.channels
      guard let most = planned[name] else { return original }
      return original - Int((Double(original - most) * progress).rounded())
    }
  }

  /// Whether channels are removed before this step.
  func isDue(_ step: Int) -> Bool {
    if state.events < schedule.steps.count { return schedule.steps[state.events] <= step }
    guard let correction = schedule.correction else { return false }
    return state.events == schedule.steps.count && correction <= step
  }

  /// Removes the channels of one event; the engine must hold the network's values.
  /// - Returns: whether anything was removed, so that the engine must be made anew.
  mutating func prune(_ network: inout TrainableNetwork, engine: Network) throws(FitError) -> Bool {
    let event = state.events
    state.events += 1
    let hasMasked = maskSynapses(&network, after: event)
    let groups = ChannelGroup.prunable(of: network)
    let target = Int((schedule.share(after: event) * Double(total)).rounded())
    let pruning = options.pruning
    guard !groups.isEmpty, target > removed || !pruning.budgets.isEmpty else { return hasMasked }
    let meter = EvidenceMeter(
      network: network, engine: engine, inputs: samples, count: count, labels: labels)
    let evidence = meter.evidence(for: pruning.score)
    var scores = groups.map { score($0, network, evidence) }
    let originals = groups.map { state.originals[Pruner.name(of: $0, network)] ?? $0.channels }
    let most = most(groups, network, after: event)
    var work: ChannelWork?
    if !pruning.budgets.isEmpty || pruning.costExponent > 0 {
      work = ChannelWork(
        network, groups: groups, evidence: evidence,
        statistics: engine.spikeStatistics(samples, count: count))
    }
    if let work, pruning.costExponent > 0 { scores = costAware(scores, work) }
    scores = CrowdedScores(exponent: pruning.crowding)(scores, originals: originals)
    var first: [[Bool]] = []
    if let work, !pruning.budgets.isEmpty {
      let least = PruningChoice.least(
        originals, multiple: options.target.channelMultiple,
        largestShare: Pruner.largestBudgetShare, most: most)
      first =
        BudgetSolver(
          work, scores: scores, least: least, budgets: limits(work, after: event)
        ).solve().gone
    }
    let choice = PruningChoice(
      scores: scores, originals: originals, removed: target - removed,
      multiple: options.target.channelMultiple, largestShare: pruning.largestShare, most: most,
      first: first)
    return try remove(choice, groups, &network, engine) || hasMasked
  }

  private mutating func remove(
    _ choice: PruningChoice, _ groups: [ChannelGroup], _ network: inout TrainableNetwork,
    _ engine: Network
  ) throws(FitError) -> Bool {
    let isSmaller = zip(choice.kept, groups).contains { $0.count < $1.channels }
    guard isSmaller else { return false }
    // Offsets first, of the network as it was measured; then all removals.
    var offsets: [[Int: [Float]]] = groups.map { _ in [:] }
    if options.pruning.foldsMeans {
      let folding = MeanFolding(network, engine: engine, inputs: samples, count: count)
      offsets = zip(groups, choice.kept).map {
        folding.offsets(of: network, group: $0, keeping: $1)
      }
    }
    for (index, kept) in choice.kept.enumerated() where kept.count < groups[index].channels {
      state.removed += groups[index].channels - kept.count
      // Rows of a consumer may be fewer by now: its own channels went in the same event.
      let rows = offsets[index].filter { $0.value.count == network.layers[$0.key].rows }
      try network.remove(from: groups[index], keeping: kept, offsets: rows)
    }
    return true
  }

  // MARK: Costs

  /// Budgets may take all but this share of a group.
  private static let largestBudgetShare = 0.97

  /// Budgets of an event: from what there was at first down to the limit, with a margin for what
  /// training changes in the rates later.
  private mutating func limits(_ work: ChannelWork, after event: Int) -> [FitOptions.Budget] {
    let nothing = work.channels.map { [Bool](repeating: false, count: $0) }
    let budgets = options.pruning.budgets
    if state.uses.isEmpty { state.uses = budgets.map { work.use($0.kind, without: nothing) } }
    let progress = schedule.progress(after: event)
    return budgets.indices.map { index in
      var budget = budgets[index]
      let margin = budget.kind == .operations ? 0.95 : 1
      let start = max(state.uses[index], budget.limit)
      budget.limit = start - (start - budget.limit * margin) * progress
      return budget
    }
  }

  private func costAware(_ scores: [[Double]], _ work: ChannelWork) -> [[Double]] {
    let costs = work.costs(.operations)
    let all = costs.joined()
    let mean = max(1e-30, all.reduce(0, +) / Double(max(1, all.count)))
    return scores.indices.map { group in
      scores[group].indices.map { channel in
        scores[group][channel]
          / pow(max(1e-6, costs[group][channel] / mean), options.pruning.costExponent)
      }
    }
  }

  private func maskSynapses(_ network: inout TrainableNetwork, after event: Int) -> Bool {
    guard options.pruning.sparsity > 0 else { return false }
    network.maskSmallest(options.pruning.sparsity * schedule.progress(after: event))
    return true
  }

  private func score(
    _ group: ChannelGroup, _ network: TrainableNetwork, _ evidence: [ChannelEvidence]
  ) -> [Double] {
    var sum = [Double](repeating: 0, count: group.channels)
    for population in group.populations {
      let name = network.form.graph.nodes[network.structure.populations[population].node].name
      guard let found = evidence.first(where: { $0.node == name }) else { continue }
      let scores = options.pruning.score.scores(
        of: found, seed: options.seed &+ UInt64(state.events))
      for (channel, value) in scores.enumerated() where channel < sum.count {
        sum[channel] += value
      }
    }
    guard options.pruning.isLayerNormalised else { return sum }
    let mean = sum.reduce(0, +) / Double(max(1, sum.count))
    return mean > 0 ? sum.map { $0 / mean } : sum
  }
}
