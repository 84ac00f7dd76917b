import SpikeBytes

/// Where a tensor's elements live. The only file of this module that touches raw memory.
enum TensorStorage: Sendable {
  case floats([Float])
  case integers([Int64])
  case bytes([UInt8])
  case mapped(MappedFile, Int)

  func floats(_ type: ElementType, _ count: Int) -> [Float] {
    switch self {
    case .floats(let values): values
    case .integers(let values): values.map { Float($0) }
    case .bytes, .mapped:
      unsafe withBytes(type, count) { unsafe TensorStorage.floats($0, type, count) }
    }
  }

  func integers(_ type: ElementType, _ count: Int) -> [Int64] {
    switch self {
    case .integers(let values): return values
    case .floats(let values): return values.map { Int64(exactly: $0.rounded(.towardZero)) ?? 0 }
    case .bytes, .mapped:
      return unsafe withBytes(type, count) { unsafe TensorStorage.integers($0, type, count) }
    }
  }

  func bytes(_ type: ElementType, _ count: Int) -> [UInt8] {
    switch self {
    case .bytes(let bytes): bytes
    case .floats(let values): unsafe values.withUnsafeBytes { unsafe Array($0) }
    case .integers(let values): unsafe values.withUnsafeBytes { unsafe Array($0) }
    case .mapped: unsafe withBytes(type, count) { unsafe Array($0) }
    }
  }

  @unsafe
  private func withBytes<Result>(
    _ type: ElementType, _ count: Int, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    switch self {
    case .floats(let values): unsafe values.withUnsafeBytes { unsafe body($0) }
    case .integers(let values): unsafe values.withUnsafeBytes { unsafe body($0) }
    case .bytes(let bytes): unsafe bytes.withUnsafeBytes { unsafe body($0) }
    case .mapped(let file, let offset):
      unsafe file.withUnsafeBytes { buffer in
        unsafe body(
          UnsafeRawBufferPointer(
            rebasing: buffer[offset..<offset + count * type.byteCount]))
      }
    }
  }

  @unsafe
  private static func convert<Source, Target>(
    _ bytes: UnsafeRawBufferPointer, _ count: Int, as source: Source.Type,
    _ transform: (Source) -> Target
  ) -> [Target] {
    let stride = MemoryLayout<Source>.size
    return (0..<count).map {
      unsafe transform(bytes.loadUnaligned(fromByteOffset: $0 * stride, as: source))
    }
  }

  @unsafe
  private static func floats(
    _ bytes: UnsafeRawBufferPointer, _ type: ElementType, _ count: Int
  ) -> [Float] {
    switch type {
    case .float32:
      unsafe [Float](unsafeUninitializedCapacity: count) { target, initialized in
        unsafe UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
        initialized = count
      }
    case .float64: unsafe convert(bytes, count, as: Double.self) { Float($0) }
    case .float16: unsafe convert(bytes, count, as: UInt16.self) { float(half: $0) }
    case .bfloat16:
      unsafe convert(bytes, count, as: UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    default: unsafe integers(bytes, type, count).map { Float($0) }
    }
  }

  @unsafe
  private static func integers(
    _ bytes: UnsafeRawBufferPointer, _ type: ElementType, _ count: Int
  ) -> [Int64] {
    switch type {
    case .int8: unsafe convert(bytes, count, as: Int8.self) { Int64($0) }
    case .int16: unsafe convert(bytes, count, as: Int16.self) { Int64($0) }
    case .int32: unsafe convert(bytes, count, as: Int32.self) { Int64($0) }
    case .int64: unsafe convert(bytes, count, as: Int64.self) { $0 }
    case .uint8: unsafe convert(bytes, count, as: UInt8.self) { Int64($0) }
    case .bool: unsafe convert(bytes, count, as: UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint16: unsafe convert(bytes, count, as: UInt16.self) { Int64($0) }
    case .uint32: unsafe convert(bytes, count, as: UInt32.self) { Int64($0) }
    case .uint64: unsafe convert(bytes, count, as: UInt64.self) { Int64(exactly: $0) ?? 0 }
    case .float32, .float64, .float16, .bfloat16:
      unsafe floats(bytes, type, count).map { Int64(exactly: $0.rounded(.towardZero)) ?? 0 }
    }
  }

  /// IEEE 754 binary16 to binary32, by bits: the `Float16` type is missing on some platforms.
  private static func float(half bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10) & 0x1F
    let fraction = Float(bits & 0x3FF)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
    }
  }
}
