import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// Every codebook entry that is in use is an integer that the chip can store.
  static let weights = Rule(
    "validate.weight-range", "Every codebook entry is an integer that the chip stores."
  ) { inspection, rule in
    inspection.within(
      .weightMinimum, .weightMaximum, "weights", rule: rule,
      fix: "fit again with --target \(inspection.spec.name) or fewer --bits",
      places: inspection.bundle.projections.map { projection in
        let entries = projection.codebooks.flatMap { inspection.bundle.codebooks[$0].entries }
        return (
          Location(node: projection.name), Int(entries.min() ?? 0), Int(entries.max() ?? 0)
        )
      })
  }
}
