/// Which layers find a core of their own, on chips whose cores differ and hold one layer each.
package enum CoreMatching {
  /// The core of each layer in a largest matching; nil where none is left. The first of equal ones.
  /// - Complexity: augmenting paths (Kuhn), O(layers² · cores).
  package static func cores(for needs: [CoreMemory], on cores: [CoreMemory]) -> [Int?] {
    var owner = [Int?](repeating: nil, count: cores.count)
    func place(_ layer: Int, _ tried: inout Set<Int>) -> Bool {
      let fitting = cores.indices.filter { cores[$0].holds(needs[layer]) }
      if let free = fitting.first(where: { owner[$0] == nil }) {
        owner[free] = layer
        return true
      }
      for core in fitting where tried.insert(core).inserted {
        if let other = owner[core], place(other, &tried) {
          owner[core] = layer
          return true
        }
      }
      return false
    }
    for layer in needs.indices {
      var tried: Set<Int> = []
      _ = place(layer, &tried)
    }
    return needs.indices.map { layer in owner.firstIndex(of: layer) }
  }

  /// Positions of layers without a core in a largest matching.
  package static func unplaced(_ needs: [CoreMemory], on cores: [CoreMemory]) -> [Int] {
    CoreMatching.cores(for: needs, on: cores).enumerated().filter { $0.element == nil }.map(
      \.offset)
  }
}

/// Why a layer finds no core.
package struct CoreShortage: Hashable, Sendable {
  /// What there is too little of, for example `words of kernel memory`.
  package let what: String
  /// How much is needed, and the most that there is.
  package let needed: Int, allowed: Int
  /// What would help.
  package let fix: String

  /// Of a layer that ``CoreMatching`` left over.
  package init(of need: CoreMemory, on cores: [CoreMemory]) {
    let prune = "prune channels (sfconv fit --prune, or --target, which plans for it)"
    let fitting = cores.filter { $0.holds(need) }
    func most(_ words: (CoreMemory) -> Int, _ cores: [CoreMemory]) -> Int {
      cores.map(words).max() ?? 0
    }
    if need.kernelWords > most(\.kernelWords, cores) {
      (what, needed, allowed) = (
        "words of kernel memory", need.kernelWords, most(\.kernelWords, cores)
      )
      fix = prune + ", or use smaller kernels or pool before this layer"
    } else if need.neuronWords > most(\.neuronWords, cores) {
      (what, needed, allowed) = (
        "words of neuron memory", need.neuronWords, most(\.neuronWords, cores)
      )
      fix = prune + ", or use a stride or pool before this layer"
    } else if need.biasWords > most(\.biasWords, cores) {
      (what, needed, allowed) = ("words of bias memory", need.biasWords, most(\.biasWords, cores))
      fix = prune
    } else if fitting.isEmpty {
      let roomy = cores.filter {
        $0.neuronWords >= need.neuronWords && $0.biasWords >= need.biasWords
      }
      let calm = cores.filter { $0.neuronWords >= need.neuronWords }
      let isKernel = !roomy.isEmpty
      what =
        "words of \(isKernel ? "kernel" : "bias") memory beside \(need.neuronWords) words of neuron memory in one core"
      (needed, allowed) =
        isKernel
        ? (need.kernelWords, most(\.kernelWords, roomy))
        : (need.biasWords, most(\.biasWords, calm))
      fix = prune + ", or use a stride or pool before this layer"
    } else {
      what = "cores with \(need.kernelWords) kernel and \(need.neuronWords) neuron words"
      (needed, allowed) = (fitting.count + 1, fitting.count)
      fix = prune + ", so that this or another layer fits a smaller core; or use fewer layers"
    }
  }
}
