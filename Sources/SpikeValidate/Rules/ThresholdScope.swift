import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// A chip with one threshold a layer gets one threshold a layer.
  static let thresholdScope = Rule(
    "validate.threshold-scope", "No layer has more thresholds than the chip holds for it."
  ) { inspection, rule in
    guard let scope = inspection.spec.thresholdScope else {
      return [rule.notChecked("scope of thresholds", inspection.spec)]
    }
    guard scope.value == "layer" else { return [] }
    return inspection.bundle.populations.filter { Set($0.thresholds).count > 1 }.map {
      Finding(
        .error, code: rule.code,
        message: "The layer has \(Set($0.thresholds).count) different thresholds; "
          + "\(inspection.spec.name) has one per layer (\(inspection.spec.citation(of: scope))).",
        location: Location(node: $0.name),
        fix: "fit again with --target \(inspection.spec.name)",
        needed: "\(Set($0.thresholds).count)", allowed: "1")
    }
  }
}
