import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// The neurons of all populations fit the chip.
  static let neurons = Rule(
    "validate.neurons", "The neurons of all populations fit the chip."
  ) { inspection, rule in
    let needed = inspection.bundle.populations.reduce(0) { $0 + $1.neuronCount }
    return inspection.atMost(
      .neurons, "neurons", needed: needed, rule: rule,
      fix: "prune channels (sfconv fit --prune), use a smaller input, or a larger chip")
  }
}
