public import SpikeDiagnostics

/// What can be wrong with labelled data.
public enum DataErrorCode: String, ErrorCode {
  case notFound = "data.not-found"
  case notReadable = "data.not-readable"
  case badMagic = "data.bad-magic"
  case truncated = "data.truncated"
  case corrupt = "data.corrupt"
  case tooLarge = "data.too-large"
  case unsupported = "data.unsupported"
  case missingArray = "data.missing-array"
  case shapeMismatch = "data.shape-mismatch"
  case countMismatch = "data.count-mismatch"
  case labelOutOfRange = "data.label-out-of-range"
  case encodingMismatch = "data.encoding-mismatch"
  case empty = "data.empty"

  /// Exit status class of this code.
  public var category: ErrorCategory {
    switch self {
    case .notFound, .notReadable: .missingInput
    default: .badData
    }
  }
}

/// An error in a data set, with file and remedy.
public typealias DataError = DiagnosedError<DataErrorCode>
