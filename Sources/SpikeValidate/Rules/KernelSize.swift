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
    let hasCores = !inspection.spec.coreMemories.isEmpty
    return inspection.bundle.projections.flatMap { projection in
      // In a core a dense layer is a kernel too, and kernels are square.
      let layer = hasCores ? try? SpeckLayer(projection.target, of: inspection.bundle) : nil
      return inspection.atMost(
        .kernelSize, "kernel taps along one axis",
        needed: layer?.kernel ?? projection.weightShape.dropFirst(2).max() ?? 1, rule: rule,
        at: Location(node: projection.name),
        fix: projection.kind == .dense
          ? "pool or stride before the dense layer" : "use smaller kernels")
    }
  }
}
