import SpikeBytes
import SpikeDiagnostics

/// The central directory of an archive: found from the end of the file, then walked once.
struct ZIPDirectory {
  /// Offset of the first directory record.
  let start: Int
  private let bytes: [UInt8]
  private let count: Int

  /// More entries than any data set or checkpoint has; bounds the work on hostile files.
  static let maximumEntries = 1 << 20

  init(_ file: MappedFile) throws(ZIPError) {
    let (endOffset, end) = try ZIPDirectory.endRecord(of: file)
    var count = ZIPDirectory.integer(end, 10, 2)
    var size = ZIPDirectory.integer(end, 12, 4)
    var start = ZIPDirectory.integer(end, 16, 4)
    if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
      (count, size, start) = try ZIPDirectory.largeEndRecord(of: file, before: endOffset)
    }
    guard ZIPDirectory.integer(end, 4, 2) == 0 else {
      throw ZIPError(.unsupported, "The archive is split over several files.", fix: "join it")
    }
    guard count <= ZIPDirectory.maximumEntries else {
      throw ZIPError(
        .tooLarge,
        "The archive has \(count) entries; at most \(ZIPDirectory.maximumEntries) are read.")
    }
    guard start >= 0, size >= 0, start <= endOffset, size <= endOffset - start else {
      throw ZIPError(
        .corrupt, "The directory of the archive lies outside the file.",
        fix: "get a fresh copy of the file")
    }
    self.start = start
    self.count = count
    bytes = file.bytes(in: start..<start + size)
  }

  /// The records of the directory (4.3.12).
  func entries() throws(ZIPError) -> [ZIPEntry] {
    var entries: [ZIPEntry] = []
    var offset = 0
    for _ in 0..<count {
      let fixedSize = 46
      guard bytes.count - offset >= fixedSize,
        ZIPDirectory.integer(bytes, offset, 4) == 0x0201_4B50
      else { throw corrupt(offset) }
      let nameSize = ZIPDirectory.integer(bytes, offset + 28, 2)
      let extraSize = ZIPDirectory.integer(bytes, offset + 30, 2)
      let commentSize = ZIPDirectory.integer(bytes, offset + 32, 2)
      guard bytes.count - offset - fixedSize >= nameSize + extraSize + commentSize else {
        throw corrupt(offset)
      }
      let nameEnd = offset + fixedSize + nameSize
      let name = String(decoding: bytes[offset + fixedSize..<nameEnd], as: UTF8.self)
      guard ZIPDirectory.integer(bytes, offset + 8, 2) & 1 == 0 else {
        throw ZIPError(.unsupported, "The entry '\(name)' is encrypted.", fix: "decrypt it first")
      }
      var sizes = [24, 20, 42].map { ZIPDirectory.integer(bytes, offset + $0, 4) }
      try enlarge(&sizes, from: nameEnd..<nameEnd + extraSize)
      entries.append(
        ZIPEntry(
          name: name, method: method(ZIPDirectory.integer(bytes, offset + 10, 2)), size: sizes[0],
          packedSize: sizes[1],
          checksum: UInt32(ZIPDirectory.integer(bytes, offset + 16, 4)), headerOffset: sizes[2]))
      offset = nameEnd + extraSize + commentSize
    }
    return entries
  }

  /// Replaces the sizes that do not fit 32 bits by those of the ZIP64 extra field (4.5.3).
  private func enlarge(_ sizes: inout [Int], from extra: Range<Int>) throws(ZIPError) {
    guard sizes.contains(0xFFFF_FFFF) else { return }
    var offset = extra.lowerBound
    while extra.upperBound - offset >= 4 {
      let size = ZIPDirectory.integer(bytes, offset + 2, 2)
      let end = offset + 4 + size
      guard end <= extra.upperBound else { break }
      if ZIPDirectory.integer(bytes, offset, 2) == 1 {
        var field = offset + 4
        for index in sizes.indices where sizes[index] == 0xFFFF_FFFF {
          guard end - field >= 8 else { throw corrupt(offset) }
          sizes[index] = ZIPDirectory.integer(bytes, field, 8)
          field += 8
        }
        guard sizes.allSatisfy({ $0 >= 0 }) else { throw corrupt(offset) }
        return
      }
      offset = end
    }
    throw corrupt(extra.lowerBound)
  }

  private func method(_ number: Int) -> ZIPEntry.Method {
    switch number {
    case 0: .stored
    case 8: .deflated
    default: .other(number)
    }
  }

  private func corrupt(_ offset: Int) -> ZIPError {
    ZIPError(
      .corrupt, "The directory of the archive is damaged.",
      at: Location(byteOffset: start + offset),
      fix: "get a fresh copy of the file")
  }

  /// The end record (4.3.16): 22 bytes and a comment of at most 65535, searched from the back.
  private static func endRecord(of file: MappedFile) throws(ZIPError) -> (Int, [UInt8]) {
    let fixedSize = 22
    let first = max(0, file.count - fixedSize - 0xFFFF)
    let tail = file.bytes(in: first..<file.count)
    if tail.count >= fixedSize {
      for offset in stride(from: tail.count - fixedSize, through: 0, by: -1)
      where tail[offset] == 0x50 && integer(tail, offset, 4) == 0x0605_4B50 {
        return (first + offset, Array(tail[offset..<offset + fixedSize]))
      }
    }
    throw ZIPError(
      .notAnArchive, "This is not a ZIP archive, or its end is missing.",
      fix: "check that the file is complete")
  }

  /// Number, size and start of the directory in the ZIP64 end record (4.3.14, found by 4.3.15).
  private static func largeEndRecord(
    of file: MappedFile, before end: Int
  ) throws(ZIPError) -> (Int, Int, Int) {
    let locatorSize = 20
    let recordSize = 56
    if end >= locatorSize {
      let locator = file.bytes(in: end - locatorSize..<end)
      let offset = integer(locator, 8, 8)
      if integer(locator, 0, 4) == 0x0706_4B50, offset >= 0,
        offset <= end - locatorSize - recordSize
      {
        let record = file.bytes(in: offset..<offset + recordSize)
        if integer(record, 0, 4) == 0x0606_4B50, integer(record, 32, 8) >= 0 {
          return (integer(record, 32, 8), integer(record, 40, 8), integer(record, 48, 8))
        }
      }
    }
    throw ZIPError(
      .corrupt, "The ZIP64 end record is missing or damaged.", at: Location(byteOffset: end),
      fix: "get a fresh copy of the file")
  }

  /// A little-endian integer of 2, 4 or 8 bytes; the caller has checked the room. Eight-byte values
  /// from 2⁶³ on come out negative.
  static func integer(_ bytes: [UInt8], _ offset: Int, _ size: Int) -> Int {
    var value: UInt64 = 0
    for index in 0..<size { value |= UInt64(bytes[offset + index]) << (8 * UInt64(index)) }
    return Int(truncatingIfNeeded: value)
  }
}
