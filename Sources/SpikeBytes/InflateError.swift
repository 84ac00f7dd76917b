public import SpikeDiagnostics

/// What can be wrong with compressed bytes.
public enum InflateErrorCode: String, ErrorCode {
  case corrupt = "inflate.corrupt"
  case truncated = "inflate.truncated"
  case tooLarge = "inflate.too-large"

  /// Exit status class of this code.
  public var category: ErrorCategory { .badData }
}

/// An error in deflated bytes; the byte offset counts from the start of the compressed data.
public typealias InflateError = DiagnosedError<InflateErrorCode>
