public import SpikeDiagnostics

/// What can be wrong with a FlatBuffer.
public enum FlatBufferErrorCode: String, ErrorCode {
  /// Another file identifier than was asked for.
  case wrongIdentifier = "flatbuffers.wrong-identifier"
  /// Something lies behind the end of the file.
  case truncated = "flatbuffers.truncated"
  /// The bytes contradict the format.
  case malformed = "flatbuffers.malformed"
  /// More tables than sfconv handles.
  case tooLarge = "flatbuffers.too-large"

  /// Exit status class of this code.
  public var category: ErrorCategory { .badData }
}

/// An error in a FlatBuffer, with its place in the file.
public typealias FlatBufferError = DiagnosedError<FlatBufferErrorCode>
