import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// The synapses of all projections fit the chip; kernels count once per position.
  static let synapses = Rule(
    "validate.synapses", "The synapses fit the chip; a kernel weight counts at every position."
  ) { inspection, rule in
    inspection.atMost(
      .synapses, "synapses", needed: inspection.synapses.reduce(0) { $0 + $1.total }, rule: rule,
      fix: "prune channels (sfconv fit --prune) or use a larger chip")
  }
}
