import SpikeBundle

extension ExportTarget {
  /// SynSense Xylo Audio 2 (SYNS61201).
  public static let xyloAudio2 = ExportTarget(chip: .audio2, title: "Xylo Audio 2")
  /// SynSense Xylo Audio 3 (SYNS65302).
  public static let xyloAudio3 = ExportTarget(chip: .audio3, title: "Xylo Audio 3")
  /// SynSense Xylo IMU (SYNS63300).
  public static let xyloIMU = ExportTarget(chip: .imu, title: "Xylo IMU")

  private init(chip: XyloChip, title: String) {
    self.init(
      name: chip.name, summary: "\(title): specification of rockpool", arithmetic: .xylo,
      limits: TargetLimits(
        weights: XyloChip.weights, thresholds: XyloChip.thresholds, biases: XyloChip.states,
        resetValues: 0...0, initialPotentials: 0...0),
      nativeFormat: "rockpool specification (.json, .npz), RAM images (.ini)",
      encode: { bundle throws(ExportError) in try XyloEncoder.files(bundle, chip) })
  }
}
