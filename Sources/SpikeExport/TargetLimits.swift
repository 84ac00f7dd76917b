/// The limits that lowering and encoding look at; nil is "not known, not checked".
///
/// The full check of a bundle against a hardware spec is validation's work; these are the numbers
/// without which an export would write something else than the model says.
public struct TargetLimits: Hashable, Sendable {
  /// Integer weights.
  public var weights: ClosedRange<Int32>?
  /// Integer thresholds, as the chip compares them.
  public var thresholds: ClosedRange<Int32>?
  /// Integer biases per step.
  public var biases: ClosedRange<Int32>?
  /// Whether a reset may subtract the threshold.
  public var allowsSoftReset: Bool
  /// Values that a hard reset may set.
  public var resetValues: ClosedRange<Int32>?
  /// Integer potentials before the first step.
  public var initialPotentials: ClosedRange<Int32>?
  /// Potential at which read-outs start: the middle of the range on chips without negative
  /// potentials. The largest potential stays the largest.
  public var readoutStart: Int32

  /// Makes limits; the default allows everything.
  public init(
    weights: ClosedRange<Int32>? = nil, thresholds: ClosedRange<Int32>? = nil,
    biases: ClosedRange<Int32>? = nil, allowsSoftReset: Bool = true,
    resetValues: ClosedRange<Int32>? = nil, initialPotentials: ClosedRange<Int32>? = nil,
    readoutStart: Int32 = 0
  ) {
    self.weights = weights
    self.thresholds = thresholds
    self.biases = biases
    self.allowsSoftReset = allowsSoftReset
    self.resetValues = resetValues
    self.initialPotentials = initialPotentials
    self.readoutStart = readoutStart
  }
}
