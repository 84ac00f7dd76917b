public import SpikeDiagnostics

/// What can prevent a model from becoming a bundle, or a bundle from becoming a chip's files.
public enum ExportErrorCode: String, ErrorCode {
  /// The model is not fitted: weights, thresholds or biases are not integers.
  case notFitted = "export.not-fitted"
  /// The graph contradicts itself.
  case invalidGraph = "export.invalid-graph"
  /// An operator that no chip program can hold.
  case unsupportedOperator = "export.unsupported-operator"
  /// Operators that are supported, wired in a way that is not.
  case unsupportedTopology = "export.unsupported-topology"
  /// A neuron that the target's neurons cannot be.
  case unsupportedNeuron = "export.unsupported-neuron"
  /// Raw data do not enter as integers.
  case unsupportedEncoding = "export.unsupported-encoding"
  /// A weight is not an entry of its codebook.
  case weightNotInCodebook = "export.weight-not-in-codebook"
  /// A codebook has more entries than an index can name.
  case codebookTooLarge = "export.codebook-too-large"
  /// A number is outside what the target holds.
  case limitExceeded = "export.limit-exceeded"
  /// Weights that the target's own loader is known to read wrongly.
  case unsafeWeights = "export.unsafe-weights"
  /// The bundle was lowered for another kind of chip.
  case wrongArithmetic = "export.wrong-arithmetic"
  /// The bundle contradicts itself.
  case invalidBundle = "export.invalid-bundle"
  /// There is no such target.
  case unknownTarget = "export.unknown-target"
  /// The target has no file format of its own.
  case noNativeFormat = "export.no-native-format"
  /// The files cannot be written.
  case unwritable = "export.unwritable"

  /// Exit status class of this code.
  public var category: ErrorCategory {
    switch self {
    case .unknownTarget, .noNativeFormat: .usage
    case .unwritable: .inputOutput
    default: .badData
    }
  }
}

/// An error of the export station, with the node or layer where it was found.
public typealias ExportError = DiagnosedError<ExportErrorCode>
