public import SpikeDiagnostics

/// What can go wrong between a path and its bytes.
public enum FileErrorCode: String, ErrorCode {
  case notFound = "file.not-found"
  case notReadable = "file.not-readable"
  case notRegular = "file.not-regular"
  case notWritable = "file.not-writable"
  case writeFailed = "file.write-failed"
  case tooLarge = "file.too-large"

  /// Exit status class of this code.
  public var category: ErrorCategory {
    switch self {
    case .notFound, .notReadable, .notRegular: .missingInput
    case .notWritable, .writeFailed: .inputOutput
    case .tooLarge: .badData
    }
  }
}

/// An error of the file system, with path and remedy.
public typealias FileError = DiagnosedError<FileErrorCode>
