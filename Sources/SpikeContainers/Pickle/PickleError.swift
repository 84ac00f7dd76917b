public import SpikeDiagnostics

/// What can be wrong with a pickle, as far as it is read here.
public enum PickleErrorCode: String, ErrorCode {
  /// It ends in the middle.
  case truncated = "pickle.truncated"
  /// Its instructions do not fit each other.
  case corrupt = "pickle.corrupt"
  /// It names a function or class that is not one of the few that stand for data.
  case forbiddenGlobal = "pickle.forbidden-global"
  /// An instruction that data do not need, or a protocol without a reader.
  case unsupported = "pickle.unsupported"

  /// Exit status class of this code.
  public var category: ErrorCategory { .badData }
}

/// An error in a pickle.
public typealias PickleError = DiagnosedError<PickleErrorCode>
