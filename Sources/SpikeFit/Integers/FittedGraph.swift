import SpikeDiagnostics
import SpikeGraph

/// The network in the integers of the chip, with the codebooks of its weights.
///
/// Every constant is an integer (held as a float): weights, biases, thresholds. Means have become
/// sums, their divisors are part of the units. Sums of such integers are exact in float32 below
/// 2^24, so the float engine computes what the chip does.
struct FittedGraph {
  var graph: Graph
  var codebooks: [ValueName: WeightCodebook] = [:]
  var findings: [Finding] = []

  /// - Throws: `fit.not-realisable` for thresholds or weights that no integers can stand for.
  init(_ network: TrainableNetwork, units: IntegerUnits) throws(FitError) {
    var network = network
    if network.integers == nil {
      network.integers = units
      network.quantise()
    }
    graph = network.settlingLeaks(network.form.graph)
    for index in graph.nodes.indices {
      if case .averagePool(let pool) = graph.nodes[index].operator {
        graph.nodes[index].operator = .sumPool(pool)
      }
    }
    for index in network.layers.indices { try setWeights(network, index, units) }
    for branch in network.structure.branches { setBranch(network, branch) }
    for population in network.structure.populations where population.spikes {
      try setThresholds(network, population)
    }
    checkPotentials(network)
  }

  private mutating func setWeights(
    _ network: TrainableNetwork, _ index: Int, _ units: IntegerUnits
  ) throws(FitError) {
    let layer = network.layers[index]
    let place = Location(
      node: graph.nodes[layer.site.node].name, operator: graph.nodes[layer.site.node].operator.name,
      tensor: layer.site.weight)
    var integers = network.integerWeights(of: index)
    let limits = network.weightRange(of: index)
    if network.options.target.avoidsSignModeTraps, !SignMode.isSafe(integers) {
      // Entries without weights made the codebook look safe: repair the values in use.
      var used = Array(Set(integers)).sorted()
      let before = used
      SignMode.repair(&used, limits: limits)
      let moved = Dictionary(uniqueKeysWithValues: zip(before, used))
      integers = integers.map { moved[$0] ?? $0 }
    }
    guard integers.contains(where: { $0 != 0 }) else {
      throw FitError(
        .notRealisable, "All weights of the projection round to 0.", at: place,
        fix: "allow more bits, more unique weights or a lower learning rate")
    }
    graph.constants[layer.site.weight] = Tensor(integers.map { Float($0) }, shape: layer.shape)
    codebooks[layer.site.weight] = codebook(network, index, integers, units)
    guard let bias = layer.site.bias else { return }
    let realised = network.realisedBias(of: index)
    graph.constants[bias] = Tensor(
      realised.integers.map { Float($0) }, shape: [realised.integers.count])
    if realised.clipped > 0 {
      let range = network.options.target.biasRange
      findings.append(
        Finding(
          .warning, code: "fit.bias-clipped",
          message: "\(realised.clipped) of \(realised.integers.count) biases were cut to "
            + "\(range.lowerBound)…\(range.upperBound).", location: place,
          fix: "use fewer weight bits, so that integer 1 means more"))
    }
  }

  private func codebook(
    _ network: TrainableNetwork, _ index: Int, _ integers: [Int32], _ units: IntegerUnits
  ) -> WeightCodebook {
    let layer = network.layers[index]
    let hasZero = network.options.hasFreeZero && !network.codebooks.isEmpty
    let scope: CodebookScope = network.codebooks.isEmpty ? .layer : network.options.scope
    func entries(_ part: ArraySlice<Int32>) -> [Int32] {
      let distinct = Set(part).sorted()
      return hasZero ? distinct.filter { $0 != 0 } : distinct
    }
    let columns = max(1, layer.columns)
    let lists: [[Int32]] =
      scope == .channel
      ? (0..<layer.rows).map { entries(integers[$0 * columns..<($0 + 1) * columns]) }
      : [entries(integers[...])]
    let low = integers.min() ?? 0
    let high = integers.max() ?? 0
    var bits = 1
    while low < -(Int32(1) << (bits - 1)) || high > (Int32(1) << (bits - 1)) - 1 { bits += 1 }
    return WeightCodebook(
      scope: scope, entries: lists, hasFreeZero: hasZero,
      scale: units.steps[index] * layer.scale, bits: bits)
  }

  private mutating func setBranch(_ network: TrainableNetwork, _ branch: BranchSite) {
    guard let name = graph.nodes[branch.node].parameters[.scale],
      let shape = graph.constants[name]?.shape
    else { return }
    let realised = network.realisedBranch(branch)
    graph.constants[name] = Tensor(realised.integers.map { Float($0) }, shape: shape)
  }

  private mutating func setThresholds(
    _ network: TrainableNetwork, _ population: PopulationSite
  ) throws(FitError) {
    let node = graph.nodes[population.node]
    guard let name = node.parameters[.threshold], let shape = graph.constants[name]?.shape else {
      return
    }
    let realised = network.realisedThreshold(of: population)
    graph.constants[name] = Tensor(realised.integers.map { Float($0) }, shape: shape)
    if realised.clipped > 0 {
      let range = network.options.target.thresholdRange
      throw FitError(
        .notRealisable,
        "\(realised.clipped) of \(realised.integers.count) thresholds are outside "
          + "\(range.lowerBound)…\(range.upperBound) at every scale of the weights.",
        at: Location(node: node.name, operator: node.operator.name, tensor: name),
        fix: "allow more weight bits, or convert with per-layer thresholds")
    }
  }

  /// Reports populations whose potential could leave the range of the chip.
  private mutating func checkPotentials(_ network: TrainableNetwork) {
    let limit = network.options.target.potentialLimit
    let search = UnitSearch(network)
    for population in network.structure.populations {
      let bound = search.largestPotential(of: population.group, units: network.integers)
      guard bound > Double(limit) else { continue }
      let needed = Int(min(bound, 1e15))
      findings.append(
        Finding(
          .warning, code: "fit.potential-bound",
          message: "In the worst case a potential or the sum of one step reaches \(needed); "
            + "units were chosen for at most \(limit) on this chip.",
          location: Location(node: graph.nodes[population.node].name),
          fix: "use fewer weight bits or fewer time steps if the integer accuracy is low",
          needed: "\(needed)", allowed: "\(limit)"))
    }
  }
}

extension TrainableNetwork {
  /// The integer weights of a layer.
  func integerWeights(of index: Int) -> [Int32] {
    let layer = layers[index]
    guard let integers else { return [] }
    guard !codebooks.isEmpty else {
      let limits = weightRange(of: index)
      let step = integers.steps[index]
      return layer.latent.values.map {
        let k = ($0 / step).rounded(.toNearestOrEven)
        return Int32(max(Float(limits.lowerBound), min(Float(limits.upperBound), k)))
      }
    }
    var result = [Int32](repeating: 0, count: layer.indices.count)
    let columns = layer.columns
    for book in codebooks.indices {
      for member in members[book] where member.layer == index {
        let entries = entries(of: book, in: index)
        for element in member.rows.lowerBound * columns..<member.rows.upperBound * columns {
          result[element] = entries[Int(layer.indices[element])]
        }
      }
    }
    return result
  }
}
