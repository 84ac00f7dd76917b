import SpikeGraph

/// The numbers of `TensorProto.DataType` (onnx.proto).
enum ONNXElementType {
  /// The element type of a number; nil for those without a counterpart.
  static func type(_ number: Int) -> ElementType? {
    switch number {
    case 1: .float32
    case 2: .uint8
    case 3: .int8
    case 4: .uint16
    case 5: .int16
    case 6: .int32
    case 7: .int64
    case 9: .bool
    case 10: .float16
    case 11: .float64
    case 12: .uint32
    case 13: .uint64
    case 16: .bfloat16
    // Packed integers of 2 and 4 bits are unpacked to bytes.
    case 21, 25: .uint8
    case 22, 26: .int8
    default: nil
    }
  }

  /// Bits of one element where several share a byte; nil elsewhere.
  static func packedBits(_ number: Int) -> Int? {
    switch number {
    case 21, 22: 4
    case 25, 26: 2
    default: nil
    }
  }

  /// Smallest and largest integer of a number; nil for other types than integers up to 16 bits.
  static func range(_ number: Int) -> ClosedRange<Float>? {
    switch number {
    case 21: 0...15
    case 22: -8...7
    case 25: 0...3
    case 26: -2...1
    default: type(number).flatMap { range(of: $0) }
    }
  }

  /// Smallest and largest integer of a type; nil for other types than integers up to 16 bits.
  static func range(of type: ElementType) -> ClosedRange<Float>? {
    switch type {
    case .uint8: 0...255
    case .int8: -128...127
    case .uint16: 0...65_535
    case .int16: -32_768...32_767
    default: nil
    }
  }

  /// Name of a number as ONNX spells it.
  static func name(_ number: Int) -> String {
    let names = [
      "undefined", "float", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool",
      "float16", "double", "uint32", "uint64", "complex64", "complex128", "bfloat16",
      "float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4", "int4",
      "float4e2m1", "float8e8m0", "uint2", "int2", "float6e2m3", "float6e3m2",
    ]
    return names.indices.contains(number) ? names[number] : "number \(number)"
  }
}
