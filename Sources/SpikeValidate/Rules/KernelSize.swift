import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// No kernel is larger than the chip supports, along any axis.
  static let kernelSize = Rule(
    "validate.kernel-size", "No kernel is larger than the chip supports."
  ) { inspection, rule in
    guard inspection.spec[.kernelSize] != nil else {
      return [rule.notChecked("limit of kernel size", inspection.spec)]
    }
    return inspection.bundle.projections.flatMap { projection in
      inspection.atMost(
        .kernelSize, "kernel taps along one axis",
        needed: projection.weightShape.dropFirst(2).max() ?? 1, rule: rule,
        at: Location(node: projection.name), fix: "use smaller kernels")
    }
  }
}
