import SpikeEngine
import SpikeGraph

/// Gradual structured pruning of a network in training.
struct Pruner: Codable {
  let schedule: PruningSchedule
  let samples: [Float]
  let count: Int
  @FromRun private var options: FitOptions
  private var pruning: FitOptions.Pruning { options.pruning }
  private let multiple: Int
  private let seed: UInt64
  /// Channels of the prunable groups before pruning, by the name of their first population.
  private let originals: [String: Int]
  private var events = 0
  /// Channels that have been removed, and those there were.
  private(set) var removed = 0
  let total: Int

  init(
    _ network: TrainableNetwork, schedule: PruningSchedule, samples: [Float], count: Int
  ) {
    self.schedule = schedule
    self.samples = samples
    self.count = count
    options = network.options
    multiple = network.options.target.channelMultiple
    seed = network.options.seed
    let groups = ChannelGroup.prunable(of: network)
    originals = Dictionary(
      uniqueKeysWithValues: groups.map { (Pruner.name(of: $0, network), $0.channels) })
    total = groups.reduce(0) { $0 + $1.channels }
  }

  /// Name of a group: that of its first population.
  private static func name(of group: ChannelGroup, _ network: TrainableNetwork) -> String {
    guard let first = group.populations.first else { return "" }
    return network.form.graph.nodes[network.structure.populations[first].node].name
  }

  /// Whether channels are removed before this step.
  func isDue(_ step: Int) -> Bool {
    events < schedule.steps.count && schedule.steps[events] <= step
  }

  /// Removes the channels of one event; the engine must hold the network's values.
  /// - Returns: whether anything was removed, so that the engine must be made anew.
  mutating func prune(_ network: inout TrainableNetwork, engine: Network) throws(FitError) -> Bool {
    let target = Int((schedule.share(after: events) * Double(total)).rounded())
    events += 1
    let groups = ChannelGroup.prunable(of: network)
    guard target > removed, !groups.isEmpty else { return false }
    let meter = EvidenceMeter(network: network, engine: engine, inputs: samples, count: count)
    let evidence = meter.evidence(withAdjoints: pruning.score.needsAdjoints)
    let scores = groups.map { score($0, network, evidence) }
    let choice = PruningChoice(
      scores: scores,
      originals: groups.map { originals[Pruner.name(of: $0, network)] ?? $0.channels },
      removed: target - removed, multiple: multiple, largestShare: pruning.largestShare)
    let folding = MeanFolding(network, engine: engine, inputs: samples, count: count)
    // Offsets first, of the network as it was measured; then all removals.
    let offsets = zip(groups, choice.kept).map {
      folding.offsets(of: network, group: $0, keeping: $1)
    }
    var hasChanged = false
    for (index, kept) in choice.kept.enumerated() where kept.count < groups[index].channels {
      removed += groups[index].channels - kept.count
      hasChanged = true
      // Rows of a consumer may be fewer by now: its own channels went in the same event.
      let rows = offsets[index].filter { $0.value.count == network.layers[$0.key].rows }
      try network.remove(from: groups[index], keeping: kept, offsets: rows)
    }
    return hasChanged
  }

  private func score(
    _ group: ChannelGroup, _ network: TrainableNetwork, _ evidence: [ChannelEvidence]
  ) -> [Double] {
    var sum = [Double](repeating: 0, count: group.channels)
    for population in group.populations {
      let name = network.form.graph.nodes[network.structure.populations[population].node].name
      guard let found = evidence.first(where: { $0.node == name }) else { continue }
      let scores = pruning.score.scores(of: found, seed: seed &+ UInt64(events))
      for (channel, value) in scores.enumerated() where channel < sum.count {
        sum[channel] += value
      }
    }
    guard pruning.isLayerNormalised else { return sum }
    let mean = sum.reduce(0, +) / Double(max(1, sum.count))
    return mean > 0 ? sum.map { $0 / mean } : sum
  }
}
