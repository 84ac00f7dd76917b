public import SpikeDiagnostics

/// What can be wrong with a model file.
public enum ModelFileErrorCode: String, ErrorCode {
  /// The first bytes are not those of a model file.
  case notAModel = "model.not-a-model"
  /// A newer sfconv wrote it, or it uses a feature that this one does not know.
  case unsupportedVersion = "model.unsupported-version"
  /// The file is shorter than its header says.
  case truncated = "model.truncated"
  /// A checksum differs: the file is damaged.
  case checksumMismatch = "model.checksum-mismatch"
  /// Holes, overlaps, misplaced or surplus bytes.
  case invalidStructure = "model.invalid-structure"
  /// The protobuf message in the header cannot be decoded.
  case invalidMessage = "model.invalid-message"
  /// A field holds a value that is not allowed.
  case invalidValue = "model.invalid-value"
  /// The graph contradicts itself; the cause is a `graph.…` error.
  case invalidGraph = "model.invalid-graph"
  /// A count or size is above the limits of the format.
  case tooLarge = "model.too-large"
  /// The file does not exist or cannot be read; the cause is a `file.…` error.
  case unreadable = "model.unreadable"
  /// The file cannot be written; the cause is a `file.…` error.
  case unwritable = "model.unwritable"

  /// Exit status class of this code.
  public var category: ErrorCategory {
    switch self {
    case .unreadable: .missingInput
    case .unwritable: .inputOutput
    default: .badData
    }
  }
}

/// An error in a model file, with the byte, node or tensor where it was found.
public typealias ModelFileError = DiagnosedError<ModelFileErrorCode>
