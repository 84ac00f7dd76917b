/// Kinds of elements that PyTorch stores.
public enum TorchElement: String, Hashable, Sendable, CaseIterable {
  case float64, float32, float16, bfloat16, int64, int32, int16, int8, uint8, bool

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// Name of the class of storage, in `torch`.
  var storageClass: String {
    switch self {
    case .float64: "DoubleStorage"
    case .float32: "FloatStorage"
    case .float16: "HalfStorage"
    case .bfloat16: "BFloat16Storage"
    case .int64: "LongStorage"
    case .int32: "IntStorage"
    case .int16: "ShortStorage"
    case .int8: "CharStorage"
    case .uint8: "ByteStorage"
    case .bool: "BoolStorage"
    }
  }

  /// The kind of a class of storage by its full name.
  init?(storageClass name: String) {
    guard let found = TorchElement.allCases.first(where: { "torch.\($0.storageClass)" == name })
    else { return nil }
    self = found
  }
}
