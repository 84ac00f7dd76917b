public import SpikeDiagnostics

/// Numbers of 1…16 bits side by side without gaps: the first in the lowest bits of the first byte,
/// unused bits of the last byte 0.
///
/// The plain form, for any width; hot loops over indices have their own in C.
public enum BitPacking {
  /// Bytes of `count` numbers of `width` bits.
  public static func byteCount(_ count: Int, width: Int) -> Int {
    precondition((1...16).contains(width) && count >= 0, "a width is 1 to 16")
    return (count * width + 7) / 8
  }

  /// Bits that every number below `count` fits in; 0 if there is at most one.
  public static func width(for count: Int) -> Int {
    count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount
  }

  /// The packed `numbers`, each of which must be below 2^width.
  /// - Complexity: O(count).
  public static func pack(_ numbers: [UInt16], width: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(byteCount(numbers.count, width: width))
    var pending: UInt32 = 0
    var bits = 0
    for number in numbers {
      precondition(Int(number) >> width == 0, "the number is too large for the width")
      pending |= UInt32(number) << UInt32(bits)
      bits += width
      while bits >= 8 {
        result.append(UInt8(truncatingIfNeeded: pending))
        pending >>= 8
        bits -= 8
      }
    }
    if bits > 0 { result.append(UInt8(truncatingIfNeeded: pending)) }
    return result
  }

  /// The first `count` numbers of `width` bits in `bytes`, which must be exactly as long as they.
  /// - Throws: `read.past-end`, `read.padding-not-zero`.
  /// - Complexity: O(count).
  public static func unpack(
    _ bytes: [UInt8], count: Int, width: Int
  ) throws(ReadError) -> [UInt16] {
    let needed = byteCount(count, width: width)
    guard bytes.count >= needed else {
      throw ReadError(
        .pastEnd, "\(count) numbers of \(width) bits need \(needed) bytes, not \(bytes.count).",
        at: Location(byteOffset: bytes.count), fix: "the data are cut short; make them again")
    }
    var result: [UInt16] = []
    result.reserveCapacity(count)
    var pending: UInt32 = 0
    var bits = 0
    var next = 0
    for _ in 0..<count {
      while bits < width {
        pending |= UInt32(bytes[next]) << UInt32(bits)
        next += 1
        bits += 8
      }
      result.append(UInt16(truncatingIfNeeded: pending & (1 << UInt32(width) - 1)))
      pending >>= UInt32(width)
      bits -= width
    }
    guard pending == 0, bytes.count == needed else {
      throw ReadError(
        .paddingNotZero, "Bits or bytes behind the last number are not zero or not needed.",
        at: Location(byteOffset: needed), fix: "the data are damaged; make them again")
    }
    return result
  }
}
