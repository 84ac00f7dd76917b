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
      let words = bundle.projections.reduce(0) { $0 + kernelWords($1) }
      return inspection.atMost(
        .synapseMemoryWords, "words of kernel memory", needed: words, rule: rule,
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

  /// DYNAP-CNN's formula: inputs · 2^(⌈log2 taps⌉ + ⌈log2 outputs⌉) (sinabs, dynapcnn layer).
  private static func kernelWords(_ projection: Projection) -> Int {
    let taps = projection.weightShape.dropFirst(2).reduce(1, *)
    let (outputs, inputs) = (projection.weightShape[0], projection.weightShape[1])
    return inputs << (ceilLog2(taps) + ceilLog2(outputs))
  }

  private static func ceilLog2(_ value: Int) -> Int {
    value <= 1 ? 0 : Int.bitWidth - (value - 1).leadingZeroBitCount
  }
}
