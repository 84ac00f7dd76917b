public import SpikeDiagnostics

/// What can be wrong with a safetensors file.
public enum SafetensorsErrorCode: String, ErrorCode {
  /// The file ends inside of its header.
  case truncated = "safetensors.truncated"
  /// The header claims more than 100 MB.
  case headerTooLarge = "safetensors.header-too-large"
  /// The header is not JSON, or not of the form that the format has.
  case badHeader = "safetensors.bad-header"
  /// A name, or a field of an entry, is there twice.
  case duplicateName = "safetensors.duplicate-name"
  /// An element type without a counterpart.
  case unsupportedType = "safetensors.unsupported-type"
  /// The product of the sizes is beyond 64 bits.
  case shapeOverflow = "safetensors.shape-overflow"
  /// The bytes of a tensor end before they begin, or lie outside the file.
  case badOffsets = "safetensors.bad-offsets"
  /// The bytes of a tensor are not those that its shape needs.
  case sizeMismatch = "safetensors.size-mismatch"
  /// Two tensors share bytes.
  case overlap = "safetensors.overlap"
  /// Bytes that belong to no tensor.
  case hole = "safetensors.hole"

  /// Exit status class of this code.
  public var category: ErrorCategory { .badData }
}

/// An error in a safetensors file.
public typealias SafetensorsError = DiagnosedError<SafetensorsErrorCode>
