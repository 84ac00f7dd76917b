public import SpikeDiagnostics

/// What can be wrong with a NumPy array file.
public enum NPYErrorCode: String, ErrorCode {
  case badMagic = "npy.bad-magic"
  case badHeader = "npy.bad-header"
  case unsupported = "npy.unsupported"
  case sizeMismatch = "npy.size-mismatch"

  /// Exit status class of this code.
  public var category: ErrorCategory { .badData }
}

/// An error in a NumPy array file.
public typealias NPYError = DiagnosedError<NPYErrorCode>
