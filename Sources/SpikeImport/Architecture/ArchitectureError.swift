public import SpikeDiagnostics

/// What can be wrong with an architecture in JSON.
public enum ArchitectureErrorCode: String, ErrorCode {
  /// The file cannot be opened.
  case unreadable = "architecture.unreadable"
  /// The file is no JSON object, or too long for an architecture.
  case notJSON = "architecture.not-json"
  /// An architecture has no numbers, and no weights were given.
  case missingWeights = "architecture.missing-weights"
  /// A key that a layer needs is not there.
  case missingKey = "architecture.missing-key"
  /// A key that the schema does not have.
  case unknownKey = "architecture.unknown-key"
  /// A value of the wrong type or outside its range.
  case invalidValue = "architecture.invalid-value"
  /// A kind of layer without a row in the table.
  case unsupportedLayer = "architecture.unsupported-layer"
  /// Two layers have one name.
  case duplicateName = "architecture.duplicate-name"
  /// A layer reads one that is not there.
  case undefinedLayer = "architecture.undefined-layer"
  /// Layers feed each other in a circle.
  case cycle = "architecture.cycle"
  /// Channels are neither stated nor to be had from the weights.
  case unknownChannels = "architecture.unknown-channels"
  /// Sizes of neighbouring layers do not fit.
  case shapeMismatch = "architecture.shape-mismatch"
  /// More layers or elements than sfconv handles.
  case tooLarge = "architecture.too-large"

  /// Exit status class of this code.
  public var category: ErrorCategory {
    switch self {
    case .unreadable: .missingInput
    case .missingWeights: .usage
    default: .badData
    }
  }
}

/// An error of the reader of architectures, with file, JSON path and remedy.
public typealias ArchitectureError = DiagnosedError<ArchitectureErrorCode>
