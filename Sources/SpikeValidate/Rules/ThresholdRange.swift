import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// Every threshold is an integer that the chip can store.
  static let thresholds = Rule(
    "validate.threshold-range", "Every threshold is an integer that the chip stores."
  ) { inspection, rule in
    inspection.within(
      .thresholdMinimum, .thresholdMaximum, "thresholds", rule: rule,
      fix: "fit again with --target \(inspection.spec.name)",
      places: inspection.bundle.populations.filter { !$0.thresholds.isEmpty }.map {
        (Location(node: $0.name), Int($0.thresholds.min() ?? 0), Int($0.thresholds.max() ?? 0))
      })
  }
}
