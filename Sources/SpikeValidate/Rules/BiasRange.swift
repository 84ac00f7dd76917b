import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// Every bias is an integer that the chip can add each step.
  static let biases = Rule(
    "validate.bias-range", "Every bias is an integer that the chip adds each step."
  ) { inspection, rule in
    inspection.within(
      .biasMinimum, .biasMaximum, "biases", rule: rule,
      fix: "fit again with --target \(inspection.spec.name)",
      places: inspection.bundle.populations.filter { !$0.biases.isEmpty }.map {
        (Location(node: $0.name), Int($0.biases.min() ?? 0), Int($0.biases.max() ?? 0))
      })
  }
}
