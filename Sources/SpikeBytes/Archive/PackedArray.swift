/// The memory of an array of numbers, little-endian.
struct PackedArray: Sendable {
  enum Kind: UInt8 {
    case float, double, int, int32, uint8

    var stride: Int {
      switch self {
      case .float, .int32: 4
      case .double, .int: 8
      case .uint8: 1
      }
    }
  }

  var kind: Kind
  var bytes: [UInt8]

  init(kind: Kind, bytes: [UInt8]) {
    self.kind = kind
    self.bytes = bytes
  }

  /// The memory of a value that is exactly an array of such numbers; nil for all others.
  init?<Value>(_ value: Value) {
    // The type itself is compared: a cast would take an empty array for one of any element.
    switch value {
    case let array as [Float] where Value.self == [Float].self: self.init(.float, array)
    case let array as [Double] where Value.self == [Double].self: self.init(.double, array)
    case let array as [Int] where Value.self == [Int].self: self.init(.int, array)
    case let array as [Int32] where Value.self == [Int32].self: self.init(.int32, array)
    case let array as [UInt8] where Value.self == [UInt8].self: self.init(.uint8, array)
    default: return nil
    }
  }

  /// The kind that a type is stored as; nil where it is no array of numbers.
  static func kind<Value>(of type: Value.Type) -> Kind? {
    if type == [Float].self { return .float }
    if type == [Double].self { return .double }
    if type == [Int].self { return .int }
    if type == [Int32].self { return .int32 }
    if type == [UInt8].self { return .uint8 }
    return nil
  }

  /// The array again; nil where it is one of other numbers.
  func array<Value>(as type: Value.Type) -> Value? {
    guard PackedArray.kind(of: type) == kind else { return nil }
    switch kind {
    case .float: return numbers(Float(0)) as? Value
    case .double: return numbers(Double(0)) as? Value
    case .int: return numbers(Int(0)) as? Value
    case .int32: return numbers(Int32(0)) as? Value
    case .uint8: return bytes as? Value
    }
  }

  private init<Number: BitwiseCopyable>(_ kind: Kind, _ array: [Number]) {
    self.kind = kind
    bytes = unsafe array.withUnsafeBytes { unsafe Array($0) }
  }

  private func numbers<Number: BitwiseCopyable>(_ zero: Number) -> [Number] {
    var result = [Number](repeating: zero, count: bytes.count / kind.stride)
    unsafe result.withUnsafeMutableBytes { target in
      unsafe bytes.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }
    return result
  }
}
