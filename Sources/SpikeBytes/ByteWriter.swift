/// Bytes that grow at the end; integers are little-endian. The twin of ``ByteReader``.
public struct ByteWriter: Sendable {
  /// Everything that was appended.
  public private(set) var bytes: [UInt8] = []

  /// A writer of nothing yet.
  public init() {}

  /// Number of bytes so far.
  public var count: Int { bytes.count }

  /// Appends an integer.
  public mutating func append<Number: FixedWidthInteger>(_ value: Number) {
    for index in 0..<Number.bitWidth / 8 {
      bytes.append(UInt8(truncatingIfNeeded: value >> Number(8 * index)))
    }
  }

  /// Appends a float32 by its bits.
  public mutating func append(_ value: Float) { append(value.bitPattern) }

  /// Appends bytes.
  public mutating func append(_ more: [UInt8]) { bytes += more }

  /// Appends a variable-length integer (``Varint``).
  public mutating func append(varint value: UInt64) { bytes += Varint.encode(value) }

  /// Appends zeros until the count is a multiple of `alignment`.
  public mutating func align(to alignment: Int) {
    precondition(alignment > 0, "the alignment must be positive")
    bytes += [UInt8](repeating: 0, count: (alignment - count % alignment) % alignment)
  }
}
