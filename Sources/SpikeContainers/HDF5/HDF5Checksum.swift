import SpikeDiagnostics

/// The two checksums of HDF5 files.
enum HDF5Checksum {
  /// Compares the checksum of metadata, which follows its bytes.
  /// - Throws: `hdf5.bad-checksum`, `hdf5.truncated`.
  static func check(_ file: [UInt8], from start: Int, to end: Int) throws(HDF5Error) {
    guard start >= 0, start <= end, end <= file.count - 4 else {
      throw HDF5Error(
        .truncated, "A checksum should lie at byte \(end); the file has \(file.count) bytes.",
        fix: "get a fresh copy of the file")
    }
    let stored = file[end..<end + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let computed = lookup3(file[start..<end])
    guard stored == computed else {
      throw HDF5Error(
        .badChecksum, "The bytes \(start) to \(end) do not have their checksum.",
        fix: "get a fresh copy of the file")
    }
  }

  /// Jenkins' lookup3 hash (Bob Jenkins, 2006, public domain: hashlittle with initial value 0).
  static func lookup3(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var a = 0xDEAD_BEEF &+ UInt32(truncatingIfNeeded: bytes.count)
    var b = a
    var c = a
    var index = bytes.startIndex
    func word(_ at: Int) -> UInt32 {
      var value: UInt32 = 0
      for byte in 0..<4 where at + byte < bytes.endIndex {
        value |= UInt32(bytes[at + byte]) << UInt32(8 * byte)
      }
      return value
    }
    func rotated(_ x: UInt32, _ by: UInt32) -> UInt32 { x << by | x >> (32 - by) }
    while bytes.endIndex - index > 12 {
      a &+= word(index)
      b &+= word(index + 4)
      c &+= word(index + 8)
      a = (a &- c) ^ rotated(c, 4)
      c &+= b
      b = (b &- a) ^ rotated(a, 6)
      a &+= c
      c = (c &- b) ^ rotated(b, 8)
      b &+= a
      a = (a &- c) ^ rotated(c, 16)
      c &+= b
      b = (b &- a) ^ rotated(a, 19)
      a &+= c
      c = (c &- b) ^ rotated(b, 4)
      b &+= a
      index += 12
    }
    if index == bytes.endIndex { return c }
    a &+= word(index)
    b &+= word(index + 4)
    c &+= word(index + 8)
    c = (c ^ b) &- rotated(b, 14)
    a = (a ^ c) &- rotated(c, 11)
    b = (b ^ a) &- rotated(a, 25)
    c = (c ^ b) &- rotated(b, 16)
    a = (a ^ c) &- rotated(c, 4)
    b = (b ^ a) &- rotated(a, 14)
    c = (c ^ b) &- rotated(b, 24)
    return c
  }

  /// Fletcher's checksum over words of 16 bits, high byte first, as the filter stores it.
  static func fletcher32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var low: UInt32 = 0
    var high: UInt32 = 0
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let second = index + 1 < bytes.endIndex ? bytes[index + 1] : 0
      low = (low + (UInt32(bytes[index]) << 8 | UInt32(second))) % 65_535
      high = (high + low) % 65_535
      index += 2
    }
    return high << 16 | low
  }
}
