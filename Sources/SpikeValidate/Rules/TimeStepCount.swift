import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// The window is not longer than the chip can count.
  static let timeSteps = Rule(
    "validate.time-steps", "The window is not longer than the chip can count."
  ) { inspection, rule in
    inspection.atMost(
      .timeSteps, "time steps", needed: inspection.bundle.timeSteps, rule: rule,
      fix: "fit again with fewer --time-steps")
  }
}
