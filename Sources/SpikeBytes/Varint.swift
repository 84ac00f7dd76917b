/// Variable-length integers as in protobuf: seven bits a byte, lowest first, the highest bit set on
/// every byte but the last (LEB128). One value has one form, the shortest; ``ByteReader`` refuses
/// the others.
public enum Varint {
  /// Bytes of the longest form.
  public static let maximumLength = 10

  /// The bytes of `value`.
  public static func encode(_ value: UInt64) -> [UInt8] {
    var result: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
      result.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    result.append(UInt8(rest))
    return result
  }

  /// A signed number folded into an unsigned one so that small magnitudes stay short: 0, -1, 1, -2
  /// become 0, 1, 2, 3 ("zigzag").
  public static func zigzag(_ value: Int64) -> UInt64 {
    UInt64(bitPattern: (value << 1) ^ (value >> 63))
  }

  /// The inverse of ``zigzag(_:)``.
  public static func unzigzag(_ value: UInt64) -> Int64 {
    Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }
}
