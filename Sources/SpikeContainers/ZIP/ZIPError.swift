public import SpikeDiagnostics

/// What can be wrong with a ZIP archive.
public enum ZIPErrorCode: String, ErrorCode {
  case notAnArchive = "zip.not-an-archive"
  case corrupt = "zip.corrupt"
  case unsupported = "zip.unsupported"
  case tooLarge = "zip.too-large"

  /// Exit status class of this code.
  public var category: ErrorCategory { .badData }
}

/// An error in a ZIP archive.
public typealias ZIPError = DiagnosedError<ZIPErrorCode>
