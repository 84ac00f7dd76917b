import SpikeBundle
public import SpikeHardware

extension ExportTarget {
  /// The target of a hardware spec: limits from the spec, files of its own if ``TargetTable`` has
  /// a row of its name.
  ///
  /// A limit that the spec leaves out is not checked here; an arithmetic that sfconv does not know
  /// becomes plain integers.
  public init(spec: HardwareSpec) {
    let row = TargetTable.row(named: spec.name)
    func range(_ low: LimitName, _ high: LimitName) -> ClosedRange<Int32>? {
      guard spec[low] != nil || spec[high] != nil else { return nil }
      let lower = Int32(clamping: spec[low] ?? Int(Int32.min))
      let upper = Int32(clamping: spec[high] ?? Int(Int32.max))
      return lower <= upper ? lower...upper : nil
    }
    let resets = spec.resets?.value
    let allowsSoftReset = resets.map { $0.contains("by-subtraction") } ?? true
    let limits = TargetLimits(
      weights: range(.weightMinimum, .weightMaximum),
      thresholds: range(.thresholdMinimum, .thresholdMaximum),
      biases: range(.biasMinimum, .biasMaximum), allowsSoftReset: allowsSoftReset,
      resetValues: resets.map { $0.contains("to-value") } ?? true ? nil : 0...0,
      initialPotentials: spec.startsAtZero?.value == true ? 0...0 : nil,
      readoutStart: row?.limits.readoutStart ?? 0)
    self.init(
      name: spec.name, summary: spec.title,
      arithmetic: row?.arithmetic ?? spec.arithmetic.flatMap(Arithmetic.init) ?? .plain,
      limits: limits, nativeFormat: row?.nativeFormat,
      takesEveryArithmetic: row?.takesEveryArithmetic ?? false, encodeWithOptions: row?.encode)
  }
}
