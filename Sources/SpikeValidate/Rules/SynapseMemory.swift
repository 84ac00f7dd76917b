import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// Stored weights times their index width fit the chip's synapse memory.
  static let synapseMemory = Rule(
    "validate.synapse-memory", "Stored weights fit the chip's synapse memory."
  ) { inspection, rule in
    let bundle = inspection.bundle
    if inspection.spec.limits[.synapseMemoryWords] != nil {
      let layers = bundle.populations.indices.map { try? SpeckLayer($0, of: bundle) }
      let words = layers.compactMap { $0?.kernelWords }
      guard words.count == layers.count else {
        return [
          Finding(
            .notChecked, code: rule.code,
            message: "Not checked: a population is no layer of a core (validate.core-geometry).",
            fix: "see there")
        ]
      }
      return inspection.atMost(
        .synapseMemoryWords, "words of kernel memory",
        needed: words.reduce(0) { min($0, 1 << 61) + min($1, 1 << 61) },
        rule: rule,
        fix: "prune channels (sfconv fit --prune)")
    }
    let bits = zip(bundle.projections, inspection.synapses).reduce(0) { sum, item in
      let entries = item.0.codebooks.map { bundle.codebooks[$0].entries.count }.max() ?? 1
      return sum + item.1.storedWeights * bitsPerIndex(entries)
    }
    return inspection.atMost(
      .synapseMemoryBits, "bits of synapse memory", needed: bits, rule: rule,
      fix: "use fewer unique weights, or prune channels (sfconv fit --prune)")
  }

  /// Width of an index into a codebook of `count` entries, at least 1.
  static func bitsPerIndex(_ count: Int) -> Int {
    max(1, Int.bitWidth - (count - 1).leadingZeroBitCount)
  }
}
