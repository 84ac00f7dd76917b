public import SpikeDiagnostics

/// What can go wrong when the numbers of one file are joined to the architecture of another.
public enum WeightsErrorCode: String, ErrorCode {
  /// The file cannot be opened.
  case unreadable = "weights.unreadable"
  /// The file is neither safetensors nor NPZ nor NPY nor of PyTorch.
  case unknownFormat = "weights.unknown-format"
  /// The file is damaged; the cause says where.
  case corrupt = "weights.corrupt"
  /// Two arrays of an archive have one name.
  case duplicateName = "weights.duplicate-name"
  /// The network has constants that the file lacks.
  case missingTensor = "weights.missing-tensor"
  /// A tensor has another shape than the constant of the network.
  case shapeMismatch = "weights.shape-mismatch"
  /// Integers where the network has real numbers.
  case unsupportedType = "weights.unsupported-type"
  /// A tensor has NaN, infinite numbers or negative variances.
  case invalidNumbers = "weights.invalid-numbers"
  /// One constant of the network stands for several tensors of the file.
  case sharedConstant = "weights.shared-constant"
  /// Parameters of neurons that the network or sfconv cannot have.
  case unsupportedNeuron = "weights.unsupported-neuron"

  /// Exit status class of this code.
  public var category: ErrorCategory { self == .unreadable ? .missingInput : .badData }
}

/// An error of a weights file, or between it and the network.
public typealias WeightsError = DiagnosedError<WeightsErrorCode>
