import SpikeEngine
import SpikeGraph

/// What channels cost: neurons, synapses, and synaptic operations as measured.
///
/// Operations of a projection are proportional to its output channels and to the spikes of its input
/// channels; both are measured. So the work of a network without some channels is known exactly, as
/// far as the rates of those that stay are unchanged.
struct ChannelWork {
  /// One projection or branch.
  private struct Part {
    var operations: Double
    var synapses: Double
    /// Bytes of indices, and of codebooks, which shrink with the rows where each has its own.
    var indexBytes = 0.0
    var tableBytes = 0.0
    var hasTableForEachRow = false
    /// Group of the output channels, and of the input channels.
    var outputs: Int?
    var inputs: Int?

    /// What falls with output and with input channels.
    func amount(_ kind: FitOptions.Budget.Kind) -> Double {
      switch kind {
      case .operations: operations
      case .synapses, .neurons: synapses
      case .bytes: indexBytes
      }
    }
  }
  private struct Layer {
    var group: Int?
    var neurons: Double
    var channels: Int
  }

  /// Channels of each group.
  let channels: [Int]
  /// Share of a group's spikes that each channel sends.
  private let shares: [[Double]]
  private var parts: [Part] = []
  private var layers: [Layer] = []

  /// - Parameters:
  ///   - groups: The groups that can be pruned.
  ///   - evidence: Rates of all populations.
  ///   - statistics: Work of the network on the same samples.
  init(
    _ network: TrainableNetwork, groups: [ChannelGroup], evidence: [ChannelEvidence],
    statistics: NetworkStatistics
  ) {
    let nodes = network.form.graph.nodes
    let populations = network.structure.populations
    channels = groups.map(\.channels)
    shares = groups.map { group in
      var sums = [Double](repeating: 0, count: group.channels)
      for population in group.populations {
        let name = nodes[populations[population].node].name
        guard let found = evidence.first(where: { $0.node == name }) else { continue }
        for channel in sums.indices where channel < found.rates.count {
          sums[channel] += found.rates[channel]
        }
      }
      let total = sums.reduce(0, +)
      return sums.map { total > 0 ? $0 / total : 1 / Double(max(1, sums.count)) }
    }
    let map = NetworkMap(network)
    let work = Dictionary(
      statistics.projections.map { ($0.node, $0.effectiveACs + $0.effectiveMACs) },
      uniquingKeysWith: +)
    for (index, layer) in network.layers.enumerated() {
      let name = nodes[layer.site.node].name
      let wiring = map.wirings.first { $0.name == name }
      let isDepthwise = groups.firstIndex { $0.depthwise.contains(index) }
      let size = wiring.map {
        network.options.storedSize(
          of: name, weights: $0.stored(map.widths), rows: $0.outputs.count(map.widths))
      }
      parts.append(
        Part(
          operations: work[name] ?? 0,
          synapses: wiring.map {
            Double($0.outputs.count(map.widths) * $0.inputs.count(map.widths) * $0.pairSynapses)
          } ?? 0,
          indexBytes: Double(size?.indexBits ?? 0) / 8,
          tableBytes: Double(size?.tableBits ?? 0) / 8,
          hasTableForEachRow: size?.hasTableForEachRow ?? false,
          outputs: isDepthwise ?? groups.firstIndex { $0.producers.contains(index) },
          inputs: isDepthwise != nil
            ? nil : groups.firstIndex { $0.consumers.contains { $0.layer == index } }))
    }
    for (index, layer) in map.layers.enumerated() {
      let group = groups.firstIndex { $0.populations.contains(index) }
      let count = layer.channels.count(map.widths)
      layers.append(
        Layer(group: group, neurons: Double(count * layer.area), channels: max(1, count)))
    }
  }

  /// What is used of a budget when some channels are gone.
  func use(_ kind: FitOptions.Budget.Kind, without gone: [[Bool]]) -> Double {
    let left = gone.map { flags in
      Double(flags.count { !$0 }) / Double(max(1, flags.count))
    }
    if kind == .neurons {
      return layers.reduce(0) { $0 + $1.neurons * ($1.group.map { left[$0] } ?? 1) }
    }
    let sent = gone.indices.map { group in
      zip(shares[group], gone[group]).reduce(0) { $1.1 ? $0 : $0 + $1.0 }
    }
    return parts.reduce(0) { sum, part in
      let rows = part.outputs.map { left[$0] } ?? 1
      let columns = part.inputs.map { kind == .operations ? sent[$0] : left[$0] } ?? 1
      let tables = kind == .bytes ? part.tableBytes * (part.hasTableForEachRow ? rows : 1) : 0
      return sum + part.amount(kind) * rows * columns + tables
    }
  }

  /// What each channel of each group costs by itself: what is saved if it goes alone.
  func costs(_ kind: FitOptions.Budget.Kind) -> [[Double]] {
    var costs = channels.map { [Double](repeating: 0, count: $0) }
    if kind == .neurons {
      for layer in layers {
        guard let group = layer.group else { continue }
        for channel in costs[group].indices {
          costs[group][channel] += layer.neurons / Double(layer.channels)
        }
      }
      return costs
    }
    for part in parts {
      let total = part.amount(kind)
      let tables = kind == .bytes && part.hasTableForEachRow ? part.tableBytes : 0
      if let group = part.outputs {
        for channel in costs[group].indices {
          costs[group][channel] += (total + tables) / Double(max(1, channels[group]))
        }
      }
      if let group = part.inputs {
        for channel in costs[group].indices {
          let share =
            kind == .operations ? shares[group][channel] : 1 / Double(max(1, channels[group]))
          costs[group][channel] += total * share
        }
      }
    }
    return costs
  }
}
