/// Neurons on crossbar cores whose synapses are one bit: every axon has a type, every neuron one
/// weight for each type, and every neuron sends to one axon only.
///
/// A source that a neuron reads with a weight of type k needs an axon of type k on that neuron's
/// core; a neuron that feeds several axons is copied, once for each. Copies stand where the synapses of the
/// neuron are, get the same spikes and send in the same tick, so fan-out costs no time.
///
/// Layers are packed from the last to the first, because only then is known how many copies a neuron needs.
/// Wanted are few cores, then few wires that enter a core from outside it. Several rules make a packing
/// each (``PackingRule``) and the best one is taken; networks of few copies get the best there is
/// (``ExactPacking``). Values in, values out; the same input gives the same cores.
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
    var places: [Axon: Int] = [:]
  }

  /// A neuron that no core holds.
  package struct Overflow: Error {
    package let neuron: Int
    package let message: String
  }

  package let cores: [Core]
  /// Whether every packing was tried: no other has fewer cores, or as many and fewer wires.
  package let isLeast: Bool

  /// Wires that enter a core from another one or from an input line.
  package var wireCount: Int { CorePacking.cost(cores).wires }

  /// - Parameters:
  ///   - layers: numbers of the neurons of each layer, in an order in which sources come first.
  ///   - synapses: by neuron; each source at most once, no weight 0.
  ///   - keeps: neurons that are placed even if nobody reads them, such as read-outs.
  ///   - owner: the neuron that is a source, or nil for an input line. A neuron may be several
  ///     sources, for readers that take its spikes at different times.
  /// - Complexity: O(copies · cores · (types! + synapses of a neuron)) for each rule; all rules are tried
  ///   while that product is below ``effort``.
  package init(
    layers: [[Int]], synapses: [[(source: Int, weight: Int32)]], keeps: Set<Int>,
    limits: Limits = Limits(), owner: (Int) -> Int?
  ) throws(Overflow) {
    let problem = PackingProblem(
      layers: layers, synapses: synapses, keeps: keeps, limits: limits, owner: owner)
    if let overflow = problem.overflow { throw overflow }
    var best: [Core]?
    var failure: Overflow?
    for rule in PackingRule.all {
      do throws(Overflow) {
        let cores = try PackingState.packed(problem, rule)
        if best.map({ CorePacking.cost(cores) < CorePacking.cost($0) }) ?? true { best = cores }
      } catch { failure = failure ?? error }
      let copies = best?.reduce(0) { $0 + $1.members.count } ?? 0
      if copies * (best?.count ?? limits.cores) > CorePacking.effort { break }
    }
    guard let found = best else {
      throw failure ?? Overflow(neuron: 0, message: "There is nothing to pack.")
    }
    let exact = ExactPacking(problem, atMost: found)
    (cores, isLeast) = (exact.cores, exact.isLeast)
  }

  /// Copies times cores up to which all rules are tried.
  private static let effort = 1 << 14

  /// Cores, then wires that enter them.
  static func cost(_ cores: [Core]) -> (cores: Int, wires: Int) {
    var wires = cores.reduce(0) { $0 + $1.axons.count }
    for (index, core) in cores.enumerated() {
      wires -= core.members.count { $0.core == index }
    }
    return (cores.count, wires)
  }
}

/// What is packed, with everything that follows from it alone.
struct PackingProblem {
  let layers: [[Int]]
  let synapses: [[(source: Int, weight: Int32)]]
  let limits: CorePacking.Limits
  /// Different weights of every neuron, ascending.
  let values: [[Int32]]
  let keeps: Set<Int>
  /// The neuron of every source that is one.
  let owners: [Int: Int]

  init(
    layers: [[Int]], synapses: [[(source: Int, weight: Int32)]], keeps: Set<Int>,
    limits: CorePacking.Limits, owner: (Int) -> Int?
  ) {
    self.layers = layers
    self.synapses = synapses
    self.limits = limits
    self.keeps = keeps
    values = synapses.map { Set($0.map(\.weight)).sorted() }
    var owners: [Int: Int] = [:]
    for list in synapses {
      for synapse in list where owners[synapse.source] == nil {
        if let neuron = owner(synapse.source) { owners[synapse.source] = neuron }
      }
    }
    self.owners = owners
  }

  /// A neuron that no core can hold, whatever else is on it.
  var overflow: CorePacking.Overflow? {
    for neuron in layers.joined() {
      if values[neuron].count > limits.types {
        return CorePacking.Overflow(
          neuron: neuron,
          message: "A neuron has \(values[neuron].count) different weights; a core holds "
            + "\(limits.types).")
      }
      if synapses[neuron].count > limits.axons {
        return CorePacking.Overflow(
          neuron: neuron,
          message: "A neuron has \(synapses[neuron].count) synapses; a core has \(limits.axons) "
            + "axons.")
      }
    }
    return nil
  }
}
