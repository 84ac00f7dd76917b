import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// The bundle's integers are meant in the chip's arithmetic.
  static let arithmetic = Rule(
    "validate.arithmetic", "The bundle's integers are meant in the chip's arithmetic."
  ) { inspection, rule in
    guard let arithmetic = inspection.spec.arithmetic else {
      return [rule.notChecked("arithmetic", inspection.spec)]
    }
    let found = inspection.bundle.arithmetic.rawValue
    guard found != arithmetic else { return [] }
    return [
      Finding(
        .error, code: rule.code,
        message: "The bundle was lowered for '\(found)' arithmetic (target "
          + "\(inspection.bundle.target)); \(inspection.spec.name) computes in '\(arithmetic)'.",
        fix: "export again with --target \(inspection.spec.name)", needed: found,
        allowed: arithmetic)
    ]
  }
}
