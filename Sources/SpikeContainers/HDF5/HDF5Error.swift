public import SpikeDiagnostics

/// What can go wrong with an HDF5 file.
public enum HDF5ErrorCode: String, ErrorCode {
  /// A tree that no HDF5 file can hold, for example a shape that contradicts its values.
  case invalidContent = "hdf5.invalid-content"
  /// The HDF5 library refused.
  case libraryFailure = "hdf5.library-failure"

  /// Exit status class of this code.
  public var category: ErrorCategory { .internal }
}

/// An error of an HDF5 file, with the path inside the file.
public typealias HDF5Error = DiagnosedError<HDF5ErrorCode>
