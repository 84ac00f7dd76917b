import SpikeGraph

/// The countable side of a network: populations and projections whose channel counts are variables.
///
/// Every count of a chip limit is a function of the widths of the channel groups. Counts match those
/// of the checker of bundles: borders of convolutions are taken into account, a pooling window
/// multiplies synapses, and every weight counts as a synapse (zeros appear only in training).
struct NetworkMap: Sendable {
  /// A number of channels: fixed, or the width of a group times a factor.
  enum Channels: Hashable, Sendable {
    case fixed(Int)
    case group(Int, times: Int)

    func count(_ widths: [Int]) -> Int {
      switch self {
      case .fixed(let count): count
      case .group(let group, let times): widths[group] * times
      }
    }
  }

  /// Neurons of one layer.
  struct Layer: Sendable {
    var name: String
    var channels: Channels
    /// Neurons of one channel by axis: `[]` for a vector.
    var plane: [Int]
    var spikes: Bool
    /// Model as NIR spells it; an integrator without leak or threshold is "IF".
    var model: String
    var area: Int { plane.reduce(1, *) }
  }

  /// Synapses between two layers, or from the input.
  struct Wiring: Sendable {
    var name: String
    /// Position in ``layers``.
    var target: Int
    /// Positions of the source layers; empty for the input.
    var sources: [Int]
    var readsInput: Bool
    var outputs: Channels
    /// Inputs of the weight's second axis: 1 for a synapse a channel.
    var inputs: Channels
    var isConvolution: Bool
    var isDepthwise: Bool
    /// Taps of a kernel by axis; `[]` for dense synapses.
    var kernel: [Int]
    /// Inputs of a dense layer that belong to one channel: positions behind a flattening.
    var positions: Int
    /// Synapses of one pair of an output channel and an input, over all neurons of the channel.
    var pairSynapses: Int
    /// Synapses of one pair into one neuron, at most.
    var pairFanIn: Int
    /// Synapses of one pair out of one source neuron, at most.
    var pairFanOut: Int
    var taps: Int { kernel.reduce(1, *) }

    /// Weights.
    func stored(_ widths: [Int]) -> Int { outputs.count(widths) * inputs.count(widths) * taps }
  }

  /// Elements of the input.
  let inputLines: Int
  private(set) var layers: [Layer] = []
  private(set) var wirings: [Wiring] = []
  /// Channels of each group as the network has them.
  let widths: [Int]
  /// Whether channels of a group can be removed.
  let isPrunable: [Bool]
  /// Name of the first population of each group.
  let names: [String]

  /// Where spikes come from on their way to synapses.
  private struct Trace {
    var layers: [Int] = []
    var readsInput = false
    var window = 1
    var sources = 1
  }

  init(_ network: TrainableNetwork) {
    let graph = network.form.graph
    let structure = network.structure
    let groups = ChannelGroup.all(of: network)
    inputLines = graph.inputs.first?.shape.elementCount ?? 0
    widths = groups.map(\.channels)
    isPrunable = groups.map { group in
      !group.isFrozen && group.channels > 1
        && group.populations.contains { structure.populations[$0].spikes }
    }
    names = groups.map { group in
      group.populations.first.map { graph.nodes[structure.populations[$0].node].name } ?? ""
    }
    for (index, site) in structure.populations.enumerated() {
      let node = graph.nodes[site.node]
      let shape = structure.shapes[node.output]?.dimensions ?? [site.channels]
      let owner = groups.firstIndex { $0.populations.contains(index) }
      layers.append(
        Layer(
          name: node.name,
          channels: owner.map { .group($0, times: 1) } ?? .fixed(shape.first ?? 1),
          plane: Array(shape.dropFirst()), spikes: site.spikes, model: NetworkMap.model(node)))
    }
    let traces = NetworkMap.traces(graph, structure)
    for (index, layer) in network.layers.enumerated() {
      guard let target = structure.populations.firstIndex(where: { $0.group == layer.site.group })
      else { continue }
      let trace = traces[graph.nodes[layer.site.node].inputs.first ?? ""] ?? Trace()
      wirings.append(
        NetworkMap.wiring(
          network, index, groups: groups, target: target, from: trace))
    }
    for branch in structure.branches {
      guard let target = structure.populations.firstIndex(where: { $0.group == branch.group })
      else { continue }
      let trace = traces[graph.nodes[branch.node].inputs.first ?? ""] ?? Trace()
      let times = trace.window * trace.sources
      wirings.append(
        Wiring(
          name: graph.nodes[branch.node].name, target: target, sources: trace.layers,
          readsInput: trace.readsInput, outputs: layers[target].channels, inputs: .fixed(1),
          isConvolution: true, isDepthwise: true, kernel: [1, 1], positions: 1,
          pairSynapses: layers[target].area * times, pairFanIn: times, pairFanOut: 1))
    }
  }

  private static func model(_ node: Node) -> String {
    guard case .neuron(let neuron) = node.operator else { return "" }
    if neuron.model == .leakyIntegrator, neuron.membraneDecay == 1, neuron.currentDecay == 0 {
      return "IF"
    }
    return neuron.model.name
  }

  /// For every value of spikes: from which layers, through what pooling.
  private static func traces(
    _ graph: Graph, _ structure: NetworkStructure
  ) -> [ValueName: Trace] {
    var traces: [ValueName: Trace] = [:]
    for input in graph.inputs { traces[input.name] = Trace(readsInput: true) }
    for (index, node) in graph.nodes.enumerated() {
      guard var trace = node.inputs.first.flatMap({ traces[$0] }) else {
        if case .neuron = node.operator {
          traces[node.output] = Trace(
            layers: structure.populations.firstIndex { $0.node == index }.map { [$0] } ?? [])
        }
        continue
      }
      switch node.operator {
      case .neuron:
        trace = Trace(
          layers: structure.populations.firstIndex { $0.node == index }.map { [$0] } ?? [])
      case .averagePool(let pool), .sumPool(let pool), .maxPool(let pool):
        trace.window *= pool.kernel.reduce(1, *)
      case .add, .concatenate:
        for name in node.inputs.dropFirst() {
          guard let other = traces[name] else { continue }
          trace.layers += other.layers
          trace.readsInput = trace.readsInput || other.readsInput
          if case .add = node.operator { trace.sources += other.sources }
        }
      case .reshape, .pad, .transpose: break
      default: continue
      }
      traces[node.output] = trace
    }
    return traces
  }

  private static func wiring(
    _ network: TrainableNetwork, _ index: Int, groups: [ChannelGroup], target: Int,
    from trace: Trace
  ) -> Wiring {
    let layer = network.layers[index]
    let node = network.form.graph.nodes[layer.site.node]
    let producer = groups.firstIndex {
      $0.producers.contains(index) || $0.depthwise.contains(index)
    }
    let isDepthwise = groups.contains { $0.depthwise.contains(index) }
    let consumer = groups.lazy.enumerated().compactMap { group, sites in
      sites.consumers.first { $0.layer == index }.map { (group, $0.width) }
    }.first
    let times = trace.window * trace.sources
    var result = Wiring(
      name: node.name, target: target, sources: trace.layers, readsInput: trace.readsInput,
      outputs: producer.map { .group($0, times: 1) } ?? .fixed(layer.rows),
      inputs: isDepthwise
        ? .fixed(1)
        : consumer.map { .group($0.0, times: $0.1) } ?? .fixed(layer.shape[1]),
      isConvolution: false, isDepthwise: isDepthwise, kernel: [],
      positions: consumer?.1 ?? 1, pairSynapses: times, pairFanIn: times, pairFanOut: 1)
    guard case .convolution(let geometry) = node.operator,
      let before = network.structure.shapes[node.inputs.first ?? ""]?.dimensions.dropFirst(),
      let after = network.structure.shapes[node.output]?.dimensions.dropFirst()
    else { return result }
    result.isConvolution = true
    result.kernel = geometry.kernel
    result.positions = 1
    for (axis, (input, output)) in zip(before, after).enumerated() {
      let meetings = KernelMeetings(input: input, output: output, geometry, axis: axis)
      result.pairSynapses *= meetings.total
      result.pairFanIn *= meetings.mostInto
      result.pairFanOut *= meetings.mostOutOf
    }
    // A grouped convolution reaches only the outputs of its group.
    if geometry.groups > 1, !isDepthwise { result.pairFanOut = max(1, result.pairFanOut) }
    return result
  }
}

/// How the taps of a kernel meet the positions of one axis.
struct KernelMeetings: Hashable, Sendable {
  /// Pairs of a tap and an output that lie inside the input.
  var total = 0
  /// Most taps into one output.
  var mostInto = 0
  /// Most outputs that one input reaches.
  var mostOutOf = 0

  init(input: Int, output: Int, _ geometry: Convolution, axis: Int) {
    var reached = [Int](repeating: 0, count: max(0, input))
    for position in 0..<max(0, output) {
      var into = 0
      for tap in 0..<geometry.kernel[axis] {
        let place =
          position * geometry.strides[axis] - geometry.padsBefore[axis]
          + tap * geometry.dilations[axis]
        guard reached.indices.contains(place) else { continue }
        into += 1
        reached[place] += 1
      }
      total += into
      mostInto = max(mostInto, into)
    }
    mostOutOf = reached.max() ?? 0
  }
}
