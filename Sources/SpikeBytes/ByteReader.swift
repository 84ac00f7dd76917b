public import SpikeDiagnostics

/// A cursor over bytes that never passes their end: every read is checked and every error says where.
///
/// Integers are little-endian.
public struct ByteReader: Sendable {
  private let bytes: [UInt8]
  /// Offset of the next byte.
  public private(set) var offset = 0
  /// Offset of the first byte in the file, added to the offsets in errors.
  public let base: Int

  /// A reader of `bytes`, which start at `base` in their file.
  public init(_ bytes: [UInt8], base: Int = 0) {
    self.bytes = bytes
    self.base = base
  }

  /// Number of bytes that are left.
  public var remaining: Int { bytes.count - offset }
  /// Whether every byte was read.
  public var isAtEnd: Bool { remaining == 0 }

  /// The next integer.
  /// - Throws: `read.past-end`.
  public mutating func read<Number: FixedWidthInteger>(
    _ type: Number.Type
  ) throws(ReadError) -> Number {
    let count = Number.bitWidth / 8
    try need(count)
    var value: Number = 0
    for index in 0..<count {
      value |= Number(truncatingIfNeeded: bytes[offset + index]) << Number(8 * index)
    }
    offset += count
    return value
  }

  /// The next float32, by its bits.
  /// - Throws: `read.past-end`.
  public mutating func readFloat() throws(ReadError) -> Float {
    Float(bitPattern: try read(UInt32.self))
  }

  /// The next `count` bytes.
  /// - Throws: `read.past-end`.
  public mutating func read(count: Int) throws(ReadError) -> [UInt8] {
    try need(count)
    defer { offset += count }
    return Array(bytes[offset..<offset + count])
  }

  /// Passes over `count` bytes.
  /// - Throws: `read.past-end`.
  public mutating func skip(_ count: Int) throws(ReadError) {
    try need(count)
    offset += count
  }

  /// The next variable-length integer (``Varint``).
  /// - Throws: `read.past-end`, `read.invalid-varint`.
  public mutating func readVarint() throws(ReadError) -> UInt64 {
    let start = offset
    var value: UInt64 = 0
    for index in 0..<Varint.maximumLength {
      let byte = try read(UInt8.self)
      let payload = UInt64(byte & 0x7F)
      guard index < 9 || payload <= 1 else { break }
      value |= payload << UInt64(7 * index)
      if byte & 0x80 == 0 {
        if byte == 0 && index > 0 { break }
        return value
      }
    }
    throw ReadError(
      .invalidVarint, "A variable-length integer is not the shortest form of 64 bits.",
      at: Location(byteOffset: base + start), fix: "the data are damaged; make them again")
  }

  private func need(_ count: Int) throws(ReadError) {
    guard count >= 0, count <= remaining else {
      throw ReadError(
        .pastEnd, "\(count) bytes are needed, \(remaining) are left.",
        at: Location(byteOffset: base + offset), fix: "the data are cut short; make them again")
    }
  }
}
