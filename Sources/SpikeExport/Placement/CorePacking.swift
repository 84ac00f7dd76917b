/// Neurons on crossbar cores whose synapses are one bit: every axon has a type, every neuron one
/// weight for each type, and every neuron sends to one axon only.
///
/// A source that a neuron reads with a weight of type k needs an axon of type k on that neuron's
/// core; a neuron that feeds several axons is copied, once for each. Copies stand where the synapses of the
/// neuron are, get the same spikes and send in the same tick, so fan-out costs no time.
///
/// Layers are packed from the last to the first, because only then is known how many copies a neuron needs.
/// A neuron goes to the first core that has room (first fit), with the order of its weights that needs
/// the fewest new axons. Values in, values out; the same input gives the same cores.
package struct CorePacking: Sendable {
  /// What a core holds.
  package struct Limits: Hashable, Sendable {
    package var axons = 256, neurons = 256, types = 4
    /// Cores at most.
    package var cores = 4096

    package init() {}
  }

  /// A wire of a core: a source of the network under one type.
  package struct Axon: Hashable, Sendable {
    package var source: Int, type: Int
  }

  /// A neuron, or a copy of it, on a core.
  package struct Member: Hashable, Sendable {
    /// Number of the neuron.
    package var neuron: Int
    /// Weight by type of axon; 0 where it has none.
    package var weights: [Int32]
    /// Axons that it reads, ascending.
    package var axons: [Int]
    /// Core and axon that it sends to, or nil.
    package var core: Int?, axon: Int?
  }

  /// Content of a core.
  package struct Core: Hashable, Sendable {
    package var axons: [Axon] = []
    package var members: [Member] = []
    fileprivate var places: [Axon: Int] = [:]
  }

  /// A neuron that no core holds.
  package struct Overflow: Error {
    package let neuron: Int
    package let message: String
  }

  package private(set) var cores: [Core] = []
  private let limits: Limits

  /// - Parameters:
  ///   - layers: numbers of the neurons of each layer, in an order in which sources come first.
  ///   - synapses: by neuron; each source at most once, no weight 0.
  ///   - keeps: neurons that are placed even if nobody reads them, such as read-outs.
  ///   - owner: the neuron that is a source, or nil for an input line. A neuron may be several
  ///     sources, for readers that take its spikes at different times.
  /// - Complexity: O(copies · cores · (types! + synapses of a neuron)).
  package init(
    layers: [[Int]], synapses: [[(source: Int, weight: Int32)]], keeps: Set<Int>,
    limits: Limits = Limits(), owner: (Int) -> Int?
  ) throws(Overflow) {
    self.limits = limits
    for layer in layers.reversed() {
      // Axons that wait for a source of this layer.
      var readers: [Int: [(core: Int, axon: Int)]] = [:]
      for (core, content) in cores.enumerated() {
        for (axon, wire) in content.axons.enumerated() {
          if let neuron = owner(wire.source) {
            readers[neuron, default: []].append((core, axon))
          }
        }
      }
      for neuron in layer {
        let targets = readers[neuron] ?? []
        if targets.isEmpty && !keeps.contains(neuron) { continue }
        try place(neuron, synapses[neuron], targets)
      }
    }
  }

  private mutating func place(
    _ neuron: Int, _ synapses: [(source: Int, weight: Int32)],
    _ targets: [(core: Int, axon: Int)]
  ) throws(Overflow) {
    let values = Set(synapses.map(\.weight)).sorted()
    guard values.count <= limits.types else {
      throw Overflow(
        neuron: neuron,
        message: "A neuron has \(values.count) different weights; a core holds \(limits.types).")
    }
    guard synapses.count <= limits.axons else {
      throw Overflow(
        neuron: neuron,
        message: "A neuron has \(synapses.count) synapses; a core has \(limits.axons) axons.")
    }
    var missing: [(core: Int, axon: Int)?] = targets.isEmpty ? [nil] : targets
    var core = 0
    while !missing.isEmpty {
      if core == cores.count {
        guard cores.count < limits.cores else {
          throw Overflow(
            neuron: neuron, message: "More than \(limits.cores) cores are needed.")
        }
        cores.append(Core())
      }
      let room = limits.neurons - cores[core].members.count
      if room > 0, let types = bestTypes(values, synapses, on: cores[core]) {
        let axons = synapses.map { synapse -> Int in
          let type = types[values.firstIndex(of: synapse.weight) ?? 0]
          let axon = Axon(source: synapse.source, type: type)
          if let place = cores[core].places[axon] { return place }
          cores[core].places[axon] = cores[core].axons.count
          cores[core].axons.append(axon)
          return cores[core].axons.count - 1
        }
        var weights = [Int32](repeating: 0, count: limits.types)
        for (type, value) in zip(types, values) { weights[type] = value }
        for target in missing.prefix(room) {
          cores[core].members.append(
            Member(
              neuron: neuron, weights: weights, axons: axons.sorted(), core: target?.core,
              axon: target?.axon))
        }
        missing.removeFirst(min(room, missing.count))
      }
      core += 1
    }
  }

  /// The type of each value that needs the fewest new axons, or nil where they do not fit.
  private func bestTypes(
    _ values: [Int32], _ synapses: [(source: Int, weight: Int32)], on core: Core
  ) -> [Int]? {
    // New axons if a value had a type.
    var costs = Array(repeating: Array(repeating: 0, count: limits.types), count: values.count)
    for synapse in synapses {
      let value = values.firstIndex(of: synapse.weight) ?? 0
      for type in 0..<limits.types
      where core.places[Axon(source: synapse.source, type: type)] == nil {
        costs[value][type] += 1
      }
    }
    var best: (cost: Int, types: [Int])?
    func choose(_ types: [Int], _ cost: Int) {
      if let best, cost >= best.cost { return }
      if types.count == values.count {
        best = (cost, types)
        return
      }
      for type in 0..<limits.types where !types.contains(type) {
        choose(types + [type], cost + costs[types.count][type])
      }
    }
    choose([], 0)
    guard let best, core.axons.count + best.cost <= limits.axons else { return nil }
    return best.types
  }
}
