/// The best packing of a small network, by branch and bound over every way to put every copy on a core.
///
/// Copies come one by one, layer by layer from the last to the first; a copy goes to each core that has room,
/// with each choice of types, and to one new core. A branch ends where it cannot be better than the
/// best packing so far: neither cores nor wires ever become fewer. Cores that are empty are alike, so
/// are types that no axon of a core has, and a copy that needs no new axon on a core takes that choice of
/// types there.
struct ExactPacking {
  private(set) var cores: [CorePacking.Core]
  /// Whether the search came to its end.
  private(set) var isLeast = false

  /// Networks of up to this many copies are searched.
  static let copies = 24
  /// Copies that are put on a core in all branches together, at most.
  static let steps = 20_000

  private var left = ExactPacking.steps
  private var best: (cores: Int, wires: Int)

  /// - Parameter found: a packing to improve on.
  init(_ problem: PackingProblem, atMost found: [CorePacking.Core]) {
    cores = found
    best = CorePacking.cost(found)
    guard found.reduce(0, { $0 + $1.members.count }) <= ExactPacking.copies else { return }
    // Every input line that is read enters at least once.
    let lines = Set(
      found.flatMap(\.axons).map(\.source).filter { problem.owners[$0] == nil })
    if best == (1, lines.count) {
      isLeast = true
      return
    }
    layer(problem.layers.count - 1, PackingState(problem), wires: 0)
    isLeast = left > 0
  }

  /// One copy that is to be placed.
  private struct Copy {
    var neuron: Int
    var target: (core: Int, axon: Int)?
  }

  /// All ways to place the layers up to `index`, after the ones behind it.
  private mutating func layer(_ index: Int, _ state: PackingState, wires: Int) {
    guard index >= 0 else {
      if (state.cores.count, wires) < best {
        (cores, best) = (state.cores, (state.cores.count, wires))
      }
      return
    }
    let readers = state.readers()
    var copies: [Copy] = []
    for neuron in state.problem.layers[index] {
      let targets = readers[neuron] ?? []
      if !targets.isEmpty {
        copies += targets.map { Copy(neuron: neuron, target: $0) }
      } else if state.problem.keeps.contains(neuron) {
        copies.append(Copy(neuron: neuron, target: nil))
      }
    }
    place(copies[...], index, state, wires)
  }

  private mutating func place(
    _ copies: ArraySlice<Copy>, _ index: Int, _ state: PackingState, _ wires: Int
  ) {
    guard let copy = copies.first else { return layer(index - 1, state, wires: wires) }
    var choices: [(cost: Int, core: Int, types: [Int])] = []
    for core in state.cores.indices
    where state.cores[core].members.count < state.problem.limits.neurons {
      choices += state.allTypes(copy.neuron, on: core).map { ($0.cost, core, $0.types) }
    }
    choices = choices.enumerated().sorted {
      ($0.element.cost, $0.offset) < ($1.element.cost, $1.offset)
    }.map(\.element)
    var opened = state
    opened.addCore()
    if opened.cores.count <= min(best.cores, state.problem.limits.cores) {
      let core = state.cores.count
      choices += opened.allTypes(copy.neuron, on: core).map { ($0.cost, core, $0.types) }
    }
    for (cost, core, types) in choices {
      guard left > 0 else { return }
      left -= 1
      // New axons are wires; the one that this copy feeds is none if it stays on its core.
      let wires = wires + cost - (copy.target?.core == core ? 1 : 0)
      var next = core < state.cores.count ? state : opened
      // Wires that later copies could still save: axons of neurons that wait for their layer.
      guard (next.cores.count, wires - saving(copies.dropFirst(), next, core, types, copy)) < best
      else { continue }
      next.add(copy.neuron, types, on: core, sendsTo: copy.target)
      place(copies.dropFirst(), index, next, wires)
    }
  }

  /// The most wires that can still turn out to stay on their core.
  private func saving(
    _ rest: ArraySlice<Copy>, _ state: PackingState, _ core: Int, _ types: [Int], _ copy: Copy
  ) -> Int {
    // Copies of this layer that are left, and every axon of a neuron of the layers before.
    let layerOfRest = Set(rest.map(\.neuron)).union([copy.neuron])
    let waiting = state.cores.reduce(0) { sum, content in
      sum
        + content.axons.count {
          state.problem.owners[$0.source].map { !layerOfRest.contains($0) } ?? false
        }
    }
    let own = state.problem.synapses[copy.neuron].count { state.problem.owners[$0.source] != nil }
    return rest.count { $0.target != nil } + waiting + own
  }
}
