public import SpikeDiagnostics

/// What can go wrong on the way from a foreign file to a graph.
public enum ImportErrorCode: String, ErrorCode {
  /// The file cannot be opened or read.
  case unreadable = "import.unreadable"
  /// The file is something else.
  case notONNX = "import.not-onnx"
  /// The file ends too early.
  case truncated = "import.truncated"
  /// The bytes contradict the file format.
  case malformed = "import.malformed"
  /// A count or size is beyond what sfconv handles.
  case tooLarge = "import.too-large"
  /// The operator set of the model is too old, or missing.
  case unsupportedVersion = "import.unsupported-version"
  /// Operators without a row in the table.
  case unsupportedOperator = "import.unsupported-operator"
  /// A known operator, used in a way that has no counterpart.
  case unsupportedUse = "import.unsupported-use"
  /// An operator that mixes samples of a batch, or loses the batch axis.
  case batchAxis = "import.batch-axis"
  /// An attribute is missing, unknown, of the wrong type or outside its range.
  case invalidAttribute = "import.invalid-attribute"
  /// A node has too few or too many inputs, or no output.
  case invalidNode = "import.invalid-node"
  /// A node reads a value that nothing makes.
  case undefinedValue = "import.undefined-value"
  /// Two nodes, inputs or tensors have the same name.
  case duplicateName = "import.duplicate-name"
  /// Nodes feed each other in a circle.
  case cycle = "import.cycle"
  /// A tensor of an element type that has no counterpart.
  case unsupportedTensor = "import.unsupported-tensor"
  /// A tensor whose data do not fit its shape.
  case invalidTensor = "import.invalid-tensor"
  /// Data in another file that is missing, too short or out of bounds.
  case externalData = "import.external-data"
  /// Sizes of the input are left open.
  case dynamicShape = "import.dynamic-shape"
  /// The input shape that the user gave contradicts the model.
  case inputShape = "import.input-shape"
  /// The place to cut the model at, as the user gave it, does not exist.
  case unknownCut = "import.unknown-cut"
  /// More than one activation enters the network.
  case severalInputs = "import.several-inputs"
  /// There is no network between input and output.
  case noNetwork = "import.no-network"
  /// Shapes of neighbouring layers do not fit.
  case shapeMismatch = "import.shape-mismatch"

  /// Exit status class of this code.
  public var category: ErrorCategory {
    switch self {
    case .unreadable: .missingInput
    case .inputShape, .unknownCut: .usage
    default: .badData
    }
  }
}

/// An error of the import station, with file, node and remedy.
public typealias ImportError = DiagnosedError<ImportErrorCode>
