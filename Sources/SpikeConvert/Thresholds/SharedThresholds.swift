import SpikeGraph

/// Which activations must have one threshold, and which one number of it.
///
/// Spikes of two populations that meet in an addition (or, with thresholds per layer, in a
/// concatenation) without a projection in between must stand for the same value. Spikes that reach
/// the output without a projection need one threshold for all channels.
struct SharedThresholds {
  /// Names of activation nodes; each group shares its threshold. In graph order.
  private(set) var groups: [[String]]
  /// Activations that need one threshold for the whole layer.
  private(set) var layerOnly: Set<String>

  init(_ graph: Graph, scope: ThresholdScope) {
    var group: [String: Int] = [:]
    var members: [[String]] = []
    // The populations whose spikes a value carries.
    var sources: [ValueName: [String]] = [:]

    func unite(_ names: [String]) {
      let found = Set(names.compactMap { group[$0] }).sorted()
      guard let target = found.first else { return }
      for other in found.dropFirst() {
        for name in members[other] { group[name] = target }
        members[target] += members[other]
        members[other] = []
      }
    }

    for node in graph.nodes {
      let incoming = node.inputs.flatMap { sources[$0] ?? [] }
      switch node.operator {
      case .convolution, .linear: sources[node.output] = []
      case .relu, .clip:
        group[node.name] = members.count
        members.append([node.name])
        sources[node.output] = [node.name]
      case .add:
        unite(incoming)
        sources[node.output] = incoming
      case .concatenate:
        if scope == .layer { unite(incoming) }
        sources[node.output] = incoming
      default: sources[node.output] = incoming
      }
    }
    let order = Dictionary(
      uniqueKeysWithValues: graph.nodes.enumerated().map { ($1.name, $0) })
    groups = members.filter { !$0.isEmpty }
      .map { $0.sorted { (order[$0] ?? 0) < (order[$1] ?? 0) } }
    layerOnly = Set(graph.outputs.flatMap { sources[$0] ?? [] })
  }
}
