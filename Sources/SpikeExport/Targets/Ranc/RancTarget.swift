import SpikeBundle

extension ExportTarget {
  /// RANC, a TrueNorth-like grid of crossbar cores: JSON for its simulator, memory images for its
  /// RTL.
  public static let ranc = ExportTarget(
    name: "ranc", summary: "RANC: simulator JSON, memory images (.mem)", arithmetic: .plain,
    limits: TargetLimits(
      weights: RancLayout.words, thresholds: RancLayout.thresholds, biases: RancLayout.words),
    nativeFormat: "simulator JSON, memory images (.mem)",
    encode: { bundle throws(ExportError) in try RancEncoder.files(bundle) })
}
