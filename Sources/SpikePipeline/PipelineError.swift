public import SpikeDiagnostics

/// What can be wrong with a request to the façade.
public enum PipelineErrorCode: String, ErrorCode {
  case invalidOption = "pipeline.invalid-option"
  case unknownFileKind = "pipeline.unknown-file-kind"
  case wrongStage = "pipeline.wrong-stage"
  case invalidRecipe = "pipeline.invalid-recipe"

  /// Exit status class of this code.
  public var category: ErrorCategory {
    switch self {
    case .invalidOption: .usage
    case .unknownFileKind, .wrongStage, .invalidRecipe: .badData
    }
  }
}

/// An error in a request to the façade.
public typealias PipelineError = DiagnosedError<PipelineErrorCode>
