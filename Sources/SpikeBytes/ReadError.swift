public import SpikeDiagnostics

/// What can go wrong while bytes are taken apart.
public enum ReadErrorCode: String, ErrorCode {
  /// More bytes were asked for than there are.
  case pastEnd = "read.past-end"
  /// A variable-length integer that does not end, does not fit, or is longer than it need be.
  case invalidVarint = "read.invalid-varint"
  /// A stored state that is no value of the type that is read.
  case invalidArchive = "read.invalid-archive"
  /// Bits that must be zero are not.
  case paddingNotZero = "read.padding-not-zero"

  /// Exit status class of this code.
  public var category: ErrorCategory { .badData }
}

/// An error in a byte sequence, with the offset where it was found.
public typealias ReadError = DiagnosedError<ReadErrorCode>
