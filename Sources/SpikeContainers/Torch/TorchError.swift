public import SpikeDiagnostics

/// What can be wrong with a file of PyTorch.
public enum TorchErrorCode: String, ErrorCode {
  /// Neither an archive nor a legacy file of `torch.save`.
  case badMagic = "torch.bad-magic"
  /// The pickle that names the tensors cannot be read; the cause says why.
  case badPickle = "torch.bad-pickle"
  /// The archive, or its parts, do not fit each other.
  case corrupt = "torch.corrupt"
  /// A kind of element, layout or byte order without a counterpart.
  case unsupported = "torch.unsupported"
  /// A tensor that does not lie inside its storage.
  case badShape = "torch.bad-shape"
  /// There is no dictionary of tensors, or more than one.
  case noStateDict = "torch.no-state-dict"

  /// Exit status class of this code.
  public var category: ErrorCategory { .badData }
}

/// An error in a file of PyTorch.
public typealias TorchError = DiagnosedError<TorchErrorCode>
