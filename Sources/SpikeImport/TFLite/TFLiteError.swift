public import SpikeDiagnostics

/// What can go wrong on the way from a TFLite file to a graph.
public enum TFLiteErrorCode: String, ErrorCode {
  /// The file cannot be opened.
  case unreadable = "tflite.unreadable"
  /// The file is something else.
  case notTFLite = "tflite.not-tflite"
  /// The FlatBuffer cannot be read, or contradicts itself.
  case corrupt = "tflite.corrupt"
  /// Another version of the schema than 3.
  case unsupportedVersion = "tflite.unsupported-version"
  /// Operators without a row in the table.
  case unsupportedOperator = "tflite.unsupported-operator"
  /// A known operator, used in a way that has no counterpart.
  case unsupportedUse = "tflite.unsupported-use"
  /// An operator that mixes samples of a batch, or loses the batch axis.
  case batchAxis = "tflite.batch-axis"
  /// An option outside its range, or of another operator.
  case invalidOption = "tflite.invalid-option"
  /// A node has too few or too many inputs or outputs.
  case invalidNode = "tflite.invalid-node"
  /// A node reads a value that nothing before it makes.
  case undefinedValue = "tflite.undefined-value"
  /// A tensor of an element type or a form that has no counterpart.
  case unsupportedTensor = "tflite.unsupported-tensor"
  /// A tensor whose data do not fit its shape, or with numbers that are none.
  case invalidTensor = "tflite.invalid-tensor"
  /// Scales or zero points that are missing, impossible or in a form that has no counterpart.
  case invalidQuantization = "tflite.invalid-quantisation"
  /// More than one activation enters the network, or none.
  case severalInputs = "tflite.several-inputs"
  /// More than one value leaves the network, or none.
  case severalOutputs = "tflite.several-outputs"
  /// There is no network between input and output.
  case noNetwork = "tflite.no-network"
  /// Sizes of the input are left open.
  case dynamicShape = "tflite.dynamic-shape"
  /// Shapes of neighbours do not fit, or are not what the file says.
  case shapeMismatch = "tflite.shape-mismatch"
  /// More nodes or elements than sfconv handles.
  case tooLarge = "tflite.too-large"

  /// Exit status class of this code.
  public var category: ErrorCategory { self == .unreadable ? .missingInput : .badData }
}

/// An error of the TFLite importer, with file, node and remedy.
public typealias TFLiteError = DiagnosedError<TFLiteErrorCode>
