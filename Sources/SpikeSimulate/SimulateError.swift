public import SpikeDiagnostics

/// What can prevent a bundle from being simulated.
public enum SimulateErrorCode: String, ErrorCode {
  /// The bundle contradicts itself, for example a weight of another shape than its layers.
  case invalidBundle = "simulate.invalid-bundle"
  /// The numbers are so large that the simulator's 32-bit sums could overflow.
  case rangeTooWide = "simulate.range-too-wide"
  /// The bundle is more than the one core of its chip holds or does.
  case exceedsChip = "simulate.exceeds-chip"
  /// A sample has another number of bytes than the input port, or labels do not match.
  case wrongSample = "simulate.wrong-sample"

  /// Exit status class of this code.
  public var category: ErrorCategory { .badData }
}

/// An error of the integer simulator, with the population or projection where it was found.
public typealias SimulateError = DiagnosedError<SimulateErrorCode>
