public import SpikeDiagnostics

/// What can go wrong on the way from a netx file to a graph.
public enum NetxErrorCode: String, ErrorCode {
  /// The file cannot be opened.
  case unreadable = "netx.unreadable"
  /// The HDF5 container cannot be read; the cause says why.
  case corrupt = "netx.corrupt"
  /// An HDF5 file of something else.
  case notNetx = "netx.not-netx"
  /// A data set that the layer needs is not there.
  case missingField = "netx.missing-field"
  /// A data set of the wrong type, with impossible numbers, or of a shape that does not fit.
  case invalidField = "netx.invalid-field"
  /// A type of layer that sfconv has no counterpart for.
  case unsupportedLayer = "netx.unsupported-layer"
  /// A neuron with another equation, or outside of Loihi's ranges.
  case unsupportedNeuron = "netx.unsupported-neuron"
  /// A delay that is not 0.
  case unsupportedDelay = "netx.unsupported-delay"
  /// The shape of the input is not in the file.
  case missingInputShape = "netx.missing-input-shape"
  /// Shapes of neighbours do not fit.
  case shapeMismatch = "netx.shape-mismatch"

  /// Exit status class of this code.
  public var category: ErrorCategory { self == .unreadable ? .missingInput : .badData }
}

/// An error of the netx importer, with file, layer and remedy.
public typealias NetxError = DiagnosedError<NetxErrorCode>
