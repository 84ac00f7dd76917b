public import SpikeDiagnostics

/// What can be wrong with a hardware spec.
public enum HardwareSpecErrorCode: String, ErrorCode {
  case unknownTarget = "spec.unknown-target"
  case unreadable = "spec.unreadable"
  case notJSON = "spec.not-json"
  case unknownKey = "spec.unknown-key"
  case missingKey = "spec.missing-key"
  case wrongType = "spec.wrong-type"
  case invalidValue = "spec.invalid-value"

  /// Exit status class of this code.
  public var category: ErrorCategory {
    switch self {
    case .unknownTarget: .usage
    case .unreadable: .missingInput
    default: .badData
    }
  }
}

/// An error in a hardware spec, with the path of the key as ``Location/node``.
public typealias HardwareSpecError = DiagnosedError<HardwareSpecErrorCode>
