import SpikeDiagnostics

/// A cursor over a part of an HDF5 file that never leaves it; integers are little-endian.
struct HDF5Cursor {
  /// Widths that a file chooses once, in its superblock.
  struct Widths {
    /// Bytes of an address.
    var offset = 8
    /// Bytes of a size.
    var length = 8
    /// Added to every address.
    var base = 0
  }

  private let bytes: [UInt8]
  private let end: Int
  let widths: Widths
  private(set) var offset: Int

  /// A cursor over `count` bytes from `start`, or over all that follows.
  /// - Throws: `hdf5.truncated`.
  init(
    _ bytes: [UInt8], at start: Int, count: Int? = nil, _ widths: Widths
  ) throws(HDF5Error) {
    guard start >= 0, start <= bytes.count, count ?? 0 >= 0,
      count ?? 0 <= bytes.count - start
    else {
      throw HDF5Error(
        .truncated,
        "\(count.map { "\($0) bytes" } ?? "Something") should lie at byte \(start); the file has "
          + "\(bytes.count) bytes.", fix: "get a fresh copy of the file")
    }
    self.bytes = bytes
    self.widths = widths
    offset = start
    end = count.map { start + $0 } ?? bytes.count
  }

  /// Bytes that are left.
  var remaining: Int { end - offset }

  mutating func take(_ count: Int) throws(HDF5Error) -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else {
      throw HDF5Error(
        .truncated, "\(count) bytes are needed at byte \(offset); \(remaining) are left.",
        fix: "get a fresh copy of the file")
    }
    defer { offset += count }
    return bytes[offset..<offset + count]
  }

  mutating func skip(_ count: Int) throws(HDF5Error) { _ = try take(count) }

  /// An unsigned integer of 1 to 8 bytes that fits into 63 bits.
  mutating func integer(_ width: Int) throws(HDF5Error) -> Int {
    let start = offset
    let value = try raw(width)
    guard let result = Int(exactly: value) else {
      throw HDF5Error(
        .malformed, "The number \(value) at byte \(start) is beyond 63 bits.",
        fix: "get a fresh copy of the file")
    }
    return result
  }

  private mutating func raw(_ width: Int) throws(HDF5Error) -> UInt64 {
    try take(width).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// A size in the width that the file chose.
  mutating func length() throws(HDF5Error) -> Int { try integer(widths.length) }

  /// An address in the file; nil where the file says that there is none.
  mutating func address() throws(HDF5Error) -> Int? {
    let start = offset
    let value = try raw(widths.offset)
    if value == UInt64.max >> UInt64(64 - 8 * widths.offset) { return nil }
    guard let relative = Int(exactly: value), relative <= bytes.count - widths.base else {
      throw HDF5Error(
        .truncated,
        "Byte \(start) points to address \(value); the file has \(bytes.count) bytes.",
        fix: "get a fresh copy of the file")
    }
    return relative + widths.base
  }

  /// Passes over a signature of four letters.
  /// - Throws: `hdf5.malformed` where others stand.
  mutating func expect(_ signature: String) throws(HDF5Error) {
    let start = offset
    guard try take(signature.utf8.count).elementsEqual(signature.utf8) else {
      throw HDF5Error(
        .malformed, "Byte \(start) should start with '\(signature)' and does not.",
        fix: "get a fresh copy of the file")
    }
  }

  /// A text up to its NUL, at most to the end of the part.
  mutating func text() throws(HDF5Error) -> String {
    let rest = bytes[offset..<end]
    guard let stop = rest.firstIndex(of: 0), stop - offset <= 4096 else {
      throw HDF5Error(
        .malformed, "The name at byte \(offset) does not end.", fix: "get a fresh copy of the file")
    }
    defer { offset = stop + 1 }
    return String(decoding: rest[..<stop], as: UTF8.self)
  }
}
