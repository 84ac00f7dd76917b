public import SpikeDiagnostics

/// What can go wrong on the way from a NIR file to a graph.
public enum NIRErrorCode: String, ErrorCode {
  /// The file cannot be opened.
  case unreadable = "nir.unreadable"
  /// The HDF5 container cannot be read; the cause says why.
  case corrupt = "nir.corrupt"
  /// An HDF5 file of something else.
  case notNIR = "nir.not-nir"
  /// A field that the primitive needs is not there.
  case missingField = "nir.missing-field"
  /// A field of the wrong type, with impossible numbers, or of a shape that does not fit.
  case invalidField = "nir.invalid-field"
  /// A primitive that NIR 1.0 does not have.
  case unknownPrimitive = "nir.unknown-primitive"
  /// An edge from or to a node that is not there.
  case undefinedNode = "nir.undefined-node"
  /// An edge that is there twice.
  case duplicateEdge = "nir.duplicate-edge"
  /// More than one input or output, or none.
  case severalInputs = "nir.several-inputs"
  case severalOutputs = "nir.several-outputs"
  /// There is no way from the input to the output.
  case noNetwork = "nir.no-network"
  /// The shape of the input is not in the file.
  case missingInputShape = "nir.missing-input-shape"
  /// Shapes of neighbours do not fit.
  case shapeMismatch = "nir.shape-mismatch"
  /// The file has time constants, and nobody said how long a step is.
  case missingTimeStep = "nir.missing-time-step"
  /// A time step that the equations do not allow.
  case invalidTimeStep = "nir.invalid-time-step"
  /// Nodes that feed each other in a circle.
  case unsupportedRecurrence = "nir.unsupported-recurrence"
  /// A delay that is not 0.
  case unsupportedDelay = "nir.unsupported-delay"
  /// Parameters of neurons for which a population has no place.
  case unsupportedParameter = "nir.unsupported-parameter"
  /// A use of a primitive that has no counterpart.
  case unsupportedUse = "nir.unsupported-use"
  /// More nodes or elements than sfconv handles.
  case tooLarge = "nir.too-large"

  /// Exit status class of this code.
  public var category: ErrorCategory {
    switch self {
    case .unreadable: .missingInput
    case .missingTimeStep, .invalidTimeStep: .usage
    default: .badData
    }
  }
}

/// An error of the NIR importer, with file, node and remedy.
public typealias NIRError = DiagnosedError<NIRErrorCode>
