import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// No layer has more channels than the chip addresses.
  static let channels = Rule(
    "validate.channels", "No layer has more channels than the chip addresses."
  ) { inspection, rule in
    guard inspection.spec[.channels] != nil else {
      return [rule.notChecked("limit of channels", inspection.spec)]
    }
    return inspection.bundle.populations.flatMap { population in
      inspection.atMost(
        .channels, "channels", needed: population.shape.first ?? 0, rule: rule,
        at: Location(node: population.name), fix: "prune channels (sfconv fit --prune)")
    }
  }
}
