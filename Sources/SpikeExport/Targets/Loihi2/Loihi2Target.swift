import SpikeBundle

extension ExportTarget {
  /// Loihi 2 through lava-dl's netx: CUBA neurons of fixed point, a `.net` file in HDF5.
  public static let loihi2 = ExportTarget(
    name: "loihi2",
    summary: "Intel Loihi 2: netx file for Lava (.net)",
    arithmetic: .loihiCuba,
    limits: TargetLimits(
      weights: Loihi2Layout.weights, thresholds: Loihi2Layout.thresholds,
      biases: Loihi2Layout.biases, allowsSoftReset: false, resetValues: 0...0,
      initialPotentials: 0...0),
    nativeFormat: "netx HDF5 (.net)",
    encode: { bundle throws(ExportError) in try Loihi2Encoder.files(bundle) })
}
