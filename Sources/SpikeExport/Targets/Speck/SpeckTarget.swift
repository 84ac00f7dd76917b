import SpikeBundle

extension ExportTarget {
  /// SynSense Speck2e.
  public static let speck2e = ExportTarget(speck: "speck2e", title: "Speck2e")
  /// SynSense Speck2f.
  public static let speck2f = ExportTarget(speck: "speck2f", title: "Speck2f")
  /// SynSense DYNAP-CNN, the development kit.
  public static let dynapcnn = ExportTarget(speck: "dynapcnn", title: "DYNAP-CNN")

  private init(speck name: String, title: String) {
    self.init(
      name: name, summary: "\(title): layer configurations of sinabs", arithmetic: .speck,
      limits: TargetLimits(
        weights: SpeckNumbers.weights, thresholds: SpeckNumbers.thresholds,
        biases: SpeckNumbers.weights, resetValues: 0...0),
      nativeFormat: "layer configurations of sinabs (.json)",
      encode: { bundle throws(ExportError) in try SpeckEncoder.files(bundle, chip: name) })
  }
}
