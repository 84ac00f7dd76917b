public import SpikeDiagnostics

/// What can go wrong with an HDF5 file.
public enum HDF5ErrorCode: String, ErrorCode {
  /// A tree that no HDF5 file can hold, for example a shape that contradicts its values.
  case invalidContent = "hdf5.invalid-content"
  /// The HDF5 library refused.
  case libraryFailure = "hdf5.library-failure"
  /// The bytes do not start as an HDF5 file does.
  case notHDF5 = "hdf5.not-hdf5"
  /// Something lies behind the end of the file.
  case truncated = "hdf5.truncated"
  /// The bytes contradict the file format.
  case malformed = "hdf5.malformed"
  /// A checksum does not fit its bytes.
  case badChecksum = "hdf5.bad-checksum"
  /// A part of the format that sfconv does not read.
  case unsupported = "hdf5.unsupported"
  /// A link or data set that leads out of the file.
  case externalLink = "hdf5.external-link"
  /// A link by path instead of by address.
  case softLink = "hdf5.soft-link"
  /// A group that holds itself, or an object that has two names.
  case cycle = "hdf5.cycle"
  /// A count or size beyond what the file can hold or sfconv reads.
  case tooLarge = "hdf5.too-large"

  /// Exit status class of this code.
  public var category: ErrorCategory {
    switch self {
    case .invalidContent, .libraryFailure: .internal
    default: .badData
    }
  }
}

/// An error of an HDF5 file, with the path inside the file.
public typealias HDF5Error = DiagnosedError<HDF5ErrorCode>
