import SpikeBytes
import SpikeDiagnostics

/// The outer form of a bundle: header, section table, sections. Knows nothing of what they hold.
enum BundleContainer {
  /// Up to this number of bytes the slowest compression is tried.
  private static let smallLimit = 128 << 10

  /// The file of `sections`, in order of their types; empty sections are left out.
  /// - Throws: `bundle.too-large`.
  static func encode(_ sections: [Section]) throws(BundleError) -> [UInt8] {
    let stored = sections.filter { !$0.bytes.isEmpty }
      .sorted { $0.kind.rawValue < $1.kind.rawValue }
      .map { (kind: $0.kind, frame: smallestFrame($0), plain: $0.bytes) }
    let start =
      BundleFormat.headerSize + BundleFormat.sectionEntrySize * stored.count
    let size = stored.reduce(start) { $0 + ($1.frame ?? $1.plain).count }
    guard size <= BundleFormat.maximumFileBytes else {
      throw BundleError(
        .tooLarge,
        "The bundle would have \(size) bytes; allowed are \(BundleFormat.maximumFileBytes).",
        fix: "prune the network or use fewer unique weights")
    }
    var table = ByteWriter()
    var offset = start
    for (kind, frame, plain) in stored {
      let bytes = frame ?? plain
      table.append(kind.rawValue)
      table.append(frame == nil ? 0 : BundleFormat.compressedFlag)
      table.append(UInt32(offset))
      table.append(UInt32(bytes.count))
      table.append(Checksum.crc32(bytes))
      offset += bytes.count
    }
    var file = ByteWriter()
    file.append(BundleFormat.magic)
    file.append(BundleFormat.version)
    file.append(UInt16(0))  // compatible flags
    file.append(UInt16(0))  // incompatible flags
    file.append(UInt16(stored.count))
    file.append(UInt32(size))
    file.append(Checksum.crc32(file.bytes + table.bytes))
    file.append(table.bytes)
    for (_, frame, plain) in stored { file.append(frame ?? plain) }
    return file.bytes
  }

  /// The smallest zstd frame of `bytes`, the first of equal ones; nil where none is smaller than
  /// the bytes themselves.
  private static func smallestFrame(_ section: Section) -> [UInt8]? {
    let bytes = section.bytes
    // Coded indices are incompressible, but for the tables of small ones.
    if section.kind == .codedIndices && bytes.count > smallLimit { return nil }
    var best: [UInt8]?
    for variant in FrameVariant.allCases {
      if variant == .small && bytes.count > smallLimit { continue }
      guard let frame = IndexStreams.compress(bytes, variant) else { continue }
      if frame.count < (best ?? bytes).count { best = frame }
    }
    return best
  }
}

/// A bundle file taken apart into checked sections, still as they are stored.
struct BundleSections {
  /// One row of the section table.
  struct Entry {
    var kind: SectionKind
    var isCompressed: Bool
    var range: Range<Int>
  }

  /// Known sections, in order.
  let entries: [Entry]
  private let bytes: [UInt8]

  /// Checks header, table and checksums of a whole file.
  /// - Throws: `bundle.not-a-bundle`, `bundle.unsupported-version`, `bundle.truncated`,
  ///   `bundle.checksum-mismatch`, `bundle.invalid-structure`, `bundle.too-large`.
  init(_ bytes: [UInt8]) throws(BundleError) {
    self.bytes = bytes
    let magic = BundleFormat.magic
    let start = bytes.prefix(magic.count)
    guard !start.isEmpty, start.elementsEqual(magic.prefix(start.count)) else {
      throw BundleError(
        .notABundle, "This is not a bundle: it does not start with the bytes of one.",
        fix: "give an .sfb file, as 'sfconv export' writes it")
    }
    guard bytes.count >= BundleFormat.headerSize else {
      throw BundleSections.truncated(bytes.count, needed: BundleFormat.headerSize)
    }
    var header = ByteReader(Array(bytes[magic.count..<BundleFormat.headerSize]))
    let fields: (version: UInt16, flags: UInt16, count: UInt16, size: UInt32, checksum: UInt32)
    do {
      let version = try header.read(UInt16.self)
      try header.skip(2)  // compatible flags: a reader does not interpret them
      fields = (
        version, try header.read(UInt16.self), try header.read(UInt16.self),
        try header.read(UInt32.self), try header.read(UInt32.self)
      )
    } catch {
      throw BundleSections.truncated(bytes.count, needed: BundleFormat.headerSize)
    }
    guard fields.version == BundleFormat.version else {
      throw BundleSections.unsupported(
        "The bundle has version \(fields.version); this sfconv reads \(BundleFormat.version).",
        at: 8)
    }
    guard fields.flags == 0 else {
      throw BundleSections.unsupported(
        "The bundle needs features that this sfconv does not know (flags \(fields.flags)).",
        at: 12)
    }
    guard Int(fields.count) <= BundleFormat.maximumSections else {
      throw BundleError(
        .tooLarge,
        "There are \(fields.count) sections; allowed are \(BundleFormat.maximumSections).",
        at: Location(byteOffset: 14), fix: remake)
    }
    let tableEnd =
      BundleFormat.headerSize + BundleFormat.sectionEntrySize * Int(fields.count)
    guard bytes.count >= tableEnd, bytes.count >= Int(fields.size) else {
      throw BundleSections.truncated(bytes.count, needed: max(tableEnd, Int(fields.size)))
    }
    let checksum = Checksum.crc32(
      Array(bytes[..<20]) + Array(bytes[BundleFormat.headerSize..<tableEnd]))
    guard checksum == fields.checksum else {
      throw BundleSections.error(
        .checksumMismatch, "The checksum of header and section table differs.", at: 20)
    }
    guard bytes.count == Int(fields.size) else {
      throw BundleSections.error(
        .invalidStructure,
        "The file has \(bytes.count) bytes; its header says \(fields.size).",
        at: Int(fields.size))
    }
    entries = try BundleSections.table(bytes, count: Int(fields.count), end: tableEnd)
  }

  /// The bytes of a section, decompressed; nil if the bundle does not have it.
  ///
  /// `limit` is checked against the size that the frame claims, before any memory is taken.
  /// - Throws: `bundle.too-large`, `bundle.invalid-structure`.
  func section(_ kind: SectionKind, limit: Int) throws(BundleError) -> Section? {
    guard let entry = entries.first(where: { $0.kind == kind }) else { return nil }
    let stored = Section(kind: kind, bytes: Array(bytes[entry.range]))
    var size = stored.bytes.count
    if entry.isCompressed {
      guard let content = IndexStreams.contentSize(stored.bytes) else {
        throw stored.error(
          .invalidStructure, "The section is not exactly one zstd frame with a content size.",
          at: entry.range.lowerBound)
      }
      size = content
    }
    guard size <= limit else {
      throw stored.error(
        .tooLarge, "The section has \(size) bytes; allowed here are \(limit).",
        at: entry.range.lowerBound)
    }
    guard entry.isCompressed else { return stored }
    guard let content = IndexStreams.decompress(stored.bytes, contentSize: size) else {
      throw stored.error(
        .invalidStructure, "The zstd frame is damaged.", at: entry.range.lowerBound)
    }
    return Section(kind: kind, bytes: content)
  }

  private static func table(
    _ bytes: [UInt8], count: Int, end tableEnd: Int
  ) throws(BundleError) -> [Entry] {
    var reader = ByteReader(Array(bytes[BundleFormat.headerSize..<tableEnd]))
    var entries: [Entry] = []
    var end = tableEnd
    var lastType: UInt16 = 0
    for row in 0..<count {
      let place = BundleFormat.headerSize + BundleFormat.sectionEntrySize * row
      let fields: (type: UInt16, flags: UInt16, offset: UInt32, length: UInt32, crc: UInt32)
      do {
        fields = (
          try reader.read(UInt16.self), try reader.read(UInt16.self),
          try reader.read(UInt32.self), try reader.read(UInt32.self),
          try reader.read(UInt32.self)
        )
      } catch {
        throw truncated(bytes.count, needed: tableEnd)
      }
      guard fields.type > lastType else {
        throw error(
          .invalidStructure,
          "Section type \(fields.type) follows \(lastType); types ascend.", at: place)
      }
      lastType = fields.type
      let known = BundleFormat.compressedFlag | BundleFormat.skippableFlag
      guard fields.flags & ~known == 0 else {
        throw unsupported(
          "Section type \(fields.type) has the unknown flags \(fields.flags & ~known).",
          at: place + 2)
      }
      guard Int(fields.offset) == end else {
        throw error(
          .invalidStructure,
          "Section type \(fields.type) starts at \(fields.offset); the one before ends at \(end).",
          at: place + 4)
      }
      guard fields.length > 0, Int(fields.length) <= bytes.count - end else {
        throw error(
          .invalidStructure,
          "Section type \(fields.type) has \(fields.length) bytes; allowed are 1 to "
            + "\(bytes.count - end).", at: place + 8)
      }
      let range = end..<end + Int(fields.length)
      end = range.upperBound
      guard Checksum.crc32(Array(bytes[range])) == fields.crc else {
        throw error(
          .checksumMismatch, "The checksum of section type \(fields.type) differs.",
          at: range.lowerBound)
      }
      if let kind = SectionKind(rawValue: fields.type) {
        entries.append(
          Entry(
            kind: kind, isCompressed: fields.flags & BundleFormat.compressedFlag != 0,
            range: range))
      } else if fields.flags & BundleFormat.skippableFlag == 0 {
        throw unsupported(
          "The bundle has a section of type \(fields.type), which this sfconv does not know.",
          at: place)
      }
    }
    guard end == bytes.count else {
      throw error(
        .invalidStructure, "The last section ends at \(end), the file at \(bytes.count).",
        at: end)
    }
    return entries
  }

  private static func error(
    _ code: BundleErrorCode, _ message: String, at offset: Int
  ) -> BundleError {
    BundleError(code, message, at: Location(byteOffset: offset), fix: remake)
  }

  private static func unsupported(_ message: String, at offset: Int) -> BundleError {
    BundleError(
      .unsupportedVersion, message, at: Location(byteOffset: offset), fix: "use a newer sfconv")
  }

  private static func truncated(_ count: Int, needed: Int) -> BundleError {
    BundleError(
      .truncated, "The file ends after \(count) bytes; \(needed) are needed.",
      at: Location(byteOffset: count), fix: "the file was cut short; copy or make it again")
  }
}
