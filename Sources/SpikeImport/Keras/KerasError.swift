public import SpikeDiagnostics

/// What can go wrong on the way from a Keras file to a graph.
public enum KerasErrorCode: String, ErrorCode {
  /// The file cannot be opened.
  case unreadable = "keras.unreadable"
  /// The container or its configuration cannot be read; the cause says why.
  case corrupt = "keras.corrupt"
  /// An archive or HDF5 file of something else, for example of weights alone.
  case notKeras = "keras.not-keras"
  /// Layers without a row in the table.
  case unsupportedLayer = "keras.unsupported-layer"
  /// A known layer, used in a way that has no counterpart.
  case unsupportedUse = "keras.unsupported-use"
  /// A field of the configuration that the layer needs is not there.
  case missingField = "keras.missing-field"
  /// A field of the wrong type, or with an impossible value.
  case invalidField = "keras.invalid-field"
  /// Weights of a layer that the file does not have.
  case missingWeight = "keras.missing-weight"
  /// Weights of a wrong shape, or with numbers that are none.
  case invalidWeight = "keras.invalid-weight"
  /// A layer reads one that is not there, or that comes later.
  case undefinedLayer = "keras.undefined-layer"
  /// Two layers have one name.
  case duplicateName = "keras.duplicate-name"
  /// More than one input or output, or none.
  case severalInputs = "keras.several-inputs"
  case severalOutputs = "keras.several-outputs"
  /// There is no network between input and output.
  case noNetwork = "keras.no-network"
  /// Sizes of the input are left open, or nowhere in the file.
  case dynamicShape = "keras.dynamic-shape"
  /// Shapes of neighbours do not fit.
  case shapeMismatch = "keras.shape-mismatch"
  /// More layers or elements than sfconv handles.
  case tooLarge = "keras.too-large"

  /// Exit status class of this code.
  public var category: ErrorCategory { self == .unreadable ? .missingInput : .badData }
}

/// An error of the Keras importer, with file, layer and remedy.
public typealias KerasError = DiagnosedError<KerasErrorCode>
