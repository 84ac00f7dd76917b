public import SpikeDiagnostics

/// What can keep a graph from running.
public enum EngineErrorCode: String, ErrorCode {
  case unsupportedOperator = "engine.unsupported-operator"
  case invalidConfiguration = "engine.invalid-configuration"
  case invalidInput = "engine.invalid-input"
  case invalidGraph = "engine.invalid-graph"
  case kernelFailed = "engine.kernel-failed"

  /// Exit status class of this code.
  public var category: ErrorCategory {
    switch self {
    case .invalidConfiguration: .usage
    case .kernelFailed: .internal
    case .unsupportedOperator, .invalidInput, .invalidGraph: .badData
    }
  }
}

/// An error of the engine, with the node where it was found.
public typealias EngineError = DiagnosedError<EngineErrorCode>
