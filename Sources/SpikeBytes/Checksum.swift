import CZlib

/// CRC-32 as in ISO 3309 and PNG (polynomial 0x04C11DB7, reflected), computed by zlib.
///
/// Finds accidents, not attacks: a wrong checksum means a damaged file.
public enum Checksum {
  /// CRC-32 of `bytes`; 0 for none.
  /// - Complexity: O(bytes).
  public static func crc32(_ bytes: [UInt8]) -> UInt32 {
    unsafe bytes.withUnsafeBytes { unsafe crc32($0) }
  }

  /// CRC-32 of the bytes of a file in `range`, which must lie inside it.
  /// - Complexity: O(range).
  public static func crc32(of file: MappedFile, in range: Range<Int>) -> UInt32 {
    precondition(range.lowerBound >= 0 && range.upperBound <= file.count, "range outside the file")
    return unsafe file.withUnsafeBytes {
      unsafe crc32(UnsafeRawBufferPointer(rebasing: $0[range]))
    }
  }

  /// CRC-32 of raw memory.
  @unsafe
  package static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    guard let start = unsafe bytes.bindMemory(to: UInt8.self).baseAddress else { return 0 }
    return unsafe UInt32(truncatingIfNeeded: CZlib.crc32_z(0, start, bytes.count))
  }
}
