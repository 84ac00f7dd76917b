public import SpikeDiagnostics

/// What can go wrong when a kernel is prepared.
public enum ComputeErrorCode: String, ErrorCode {
  /// Sizes that do not describe a convolution or matrix product.
  case unsupportedGeometry = "compute.unsupported-geometry"
  /// Not enough memory for weights or scratch.
  case outOfMemory = "compute.out-of-memory"
  /// oneDNN refused; the message names its operation and status.
  case primitiveFailed = "compute.primitive-failed"

  /// Exit status class of this code.
  public var category: ErrorCategory {
    switch self {
    case .unsupportedGeometry: .badData
    case .outOfMemory, .primitiveFailed: .internal
    }
  }
}

/// An error of the compute layer.
public typealias ComputeError = DiagnosedError<ComputeErrorCode>
