public import SpikeDiagnostics

/// What can be wrong with the bytes of a protobuf file, before anyone asks what they mean.
public enum ProtobufErrorCode: String, ErrorCode {
  /// The file ends inside a field.
  case truncated = "protobuf.truncated"
  /// The bytes are no protobuf message, or a field overhangs its message.
  case malformed = "protobuf.malformed"
  /// A field that may occur once occurs twice.
  case repeated = "protobuf.repeated-field"
  /// The structure without its payloads is larger than allowed.
  case tooLarge = "protobuf.too-large"

  /// Exit status class of this code.
  public var category: ErrorCategory { .badData }
}

/// An error in the bytes of a protobuf file, with the offset of the field.
public typealias ProtobufError = DiagnosedError<ProtobufErrorCode>
