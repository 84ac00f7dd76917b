import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// No projection is delayed longer than the chip can.
  static let delays = Rule(
    "validate.delay", "No projection is delayed longer than the chip can."
  ) { inspection, rule in
    inspection.atMost(
      .delay, "time steps of delay",
      needed: inspection.bundle.projections.map(\.delay).max() ?? 0, rule: rule,
      fix: "train with shorter delays")
  }
}
