import SpikeExport

/// The oracle for packing: tries every core and every choice of types for every copy, without a bound but
/// the number of cores, and counts at the end.
struct PackingOracle {
  struct Copy {
    var neuron: Int, core: Int, types: [Int]
    var target: [Int]?
  }

  let layers: [[Int]]
  let synapses: [[(source: Int, weight: Int32)]]
  let keeps: Set<Int>
  let limits: CorePacking.Limits
  /// Packings with more cores are not tried.
  let mostCores: Int
  private(set) var best = (cores: Int.max, wires: Int.max)
  private(set) var tried = 0

  init(
    layers: [[Int]], synapses: [[(source: Int, weight: Int32)]], keeps: Set<Int>,
    limits: CorePacking.Limits, mostCores: Int
  ) {
    self.layers = layers
    self.synapses = synapses
    self.keeps = keeps
    self.limits = limits
    self.mostCores = mostCores
    layer(layers.count - 1, [])
  }

  private func values(_ neuron: Int) -> [Int32] { Set(synapses[neuron].map(\.weight)).sorted() }

  /// Axons of a core: [source, type].
  private func axons(_ copies: [Copy], on core: Int) -> Set<[Int]> {
    var result: Set<[Int]> = []
    for copy in copies where copy.core == core {
      let values = values(copy.neuron)
      for synapse in synapses[copy.neuron] {
        let value = values.firstIndex(of: synapse.weight) ?? 0
        result.insert([synapse.source, copy.types[value]])
      }
    }
    return result
  }

  private mutating func layer(_ index: Int, _ copies: [Copy]) {
    let used = Set(copies.map(\.core)).count
    guard index >= 0 else {
      tried += 1
      var wires = 0
      for core in 0..<used {
        for axon in axons(copies, on: core) {
          let isLocal = copies.contains {
            $0.core == core && $0.neuron == axon[0] && $0.target == [core] + axon
          }
          wires += isLocal ? 0 : 1
        }
      }
      if (used, wires) < best { best = (used, wires) }
      return
    }
    var waiting: [(neuron: Int, target: [Int]?)] = []
    for neuron in layers[index] {
      let before = waiting.count
      for core in 0..<used {
        for axon in axons(copies, on: core).sorted(by: { $0.lexicographicallyPrecedes($1) })
        where axon[0] == neuron {
          waiting.append((neuron, [core] + axon))
        }
      }
      if waiting.count == before && keeps.contains(neuron) { waiting.append((neuron, nil)) }
    }
    place(waiting[...], index, copies)
  }

  private mutating func place(
    _ waiting: ArraySlice<(neuron: Int, target: [Int]?)>, _ index: Int, _ copies: [Copy]
  ) {
    guard let next = waiting.first else { return layer(index - 1, copies) }
    let used = Set(copies.map(\.core)).count
    for core in 0..<min(used + 1, mostCores)
    where copies.count(where: { $0.core == core }) < limits.neurons {
      for types in choices(values(next.neuron).count) {
        let more =
          copies + [Copy(neuron: next.neuron, core: core, types: types, target: next.target)]
        if axons(more, on: core).count <= limits.axons { place(waiting.dropFirst(), index, more) }
      }
    }
  }

  /// Different types for `count` values.
  private func choices(_ count: Int) -> [[Int]] {
    if count == 0 { return [[]] }
    return choices(count - 1).flatMap { head in
      (0..<limits.types).filter { !head.contains($0) }.map { head + [$0] }
    }
  }
}
