public import SpikeDiagnostics

/// What can be wrong with a bundle file.
public enum BundleErrorCode: String, ErrorCode {
  case notABundle = "bundle.not-a-bundle"
  case unsupportedVersion = "bundle.unsupported-version"
  case truncated = "bundle.truncated"
  case checksumMismatch = "bundle.checksum-mismatch"
  case invalidStructure = "bundle.invalid-structure"
  case invalidManifest = "bundle.invalid-manifest"
  case invalidValue = "bundle.invalid-value"
  case tooLarge = "bundle.too-large"
  case unreadable = "bundle.unreadable"
  case unwritable = "bundle.unwritable"

  /// Exit status class of this code.
  public var category: ErrorCategory {
    switch self {
    case .unreadable: .missingInput
    case .unwritable: .inputOutput
    default: .badData
    }
  }
}

/// An error in a bundle file, with the section or field where it was found.
public typealias BundleError = DiagnosedError<BundleErrorCode>
