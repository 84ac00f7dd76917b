import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// The chip can map as many layers as the bundle has populations.
  static let layers = Rule(
    "validate.layers", "The chip maps as many layers as the bundle has populations."
  ) { inspection, rule in
    inspection.atMost(
      .layers, "layers", needed: inspection.bundle.populations.count, rule: rule,
      fix: "use a shallower network")
  }
}
