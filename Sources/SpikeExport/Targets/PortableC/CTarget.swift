import SpikeBundle

extension ExportTarget {
  /// Any microcontroller with a C compiler: C99 in integers. As a target of its own its neurons
  /// are plain integers; its files can be written for bundles of every arithmetic.
  public static let c = ExportTarget(
    name: "c", summary: "Portable C99: one .h and one .c, integers only",
    arithmetic: .plain,
    limits: TargetLimits(
      weights: -2_147_483_647...2_147_483_647, thresholds: -2_147_483_647...2_147_483_647,
      biases: -2_147_483_647...2_147_483_647),
    nativeFormat: "C99 (.h, .c)", takesEveryArithmetic: true,
    encode: { bundle throws(ExportError) in try CEncoder.files(bundle) })
}
