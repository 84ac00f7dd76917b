import SpikeBytes
import SpikeDiagnostics

/// The first 64 bytes of a model file, read and checked.
struct FixedHeader {
  /// Where the protobuf message lies.
  let messageRange: Range<Int>
  /// CRC-32 of the message.
  let messageChecksum: UInt32

  private struct Fields {
    var version: UInt16
    var incompatibleFlags: UInt32
    var messageCount: UInt64
    var fileCount: UInt64
    var messageChecksum: UInt32
    var reserved: [UInt8]
    var checksum: UInt32

    init(_ bytes: [UInt8]) throws(ReadError) {
      var reader = ByteReader(bytes)
      try reader.skip(ModelFormat.magic.count)
      version = try reader.read(UInt16.self)
      try reader.skip(2)  // compatible flags: a reader does not interpret them
      incompatibleFlags = try reader.read(UInt32.self)
      messageCount = try reader.read(UInt64.self)
      fileCount = try reader.read(UInt64.self)
      messageChecksum = try reader.read(UInt32.self)
      reserved = try reader.read(count: 24)
      checksum = try reader.read(UInt32.self)
    }
  }

  init(_ file: MappedFile) throws(ModelFileError) {
    let magic = ModelFormat.magic
    let start = file.bytes(in: 0..<min(magic.count, file.count))
    guard !start.isEmpty, start == Array(magic.prefix(start.count)) else {
      throw ModelFileError(
        .notAModel, "This is not a model file: it does not start with the bytes of one.",
        fix: "give an .sfm file, as 'sfconv import', 'convert' and 'fit' write it")
    }
    guard file.count >= ModelFormat.headerSize else {
      throw truncated(file.count, needed: ModelFormat.headerSize)
    }
    let bytes = file.bytes(in: 0..<ModelFormat.headerSize)
    guard let fields = try? Fields(bytes) else {
      throw truncated(file.count, needed: ModelFormat.headerSize)
    }
    guard fields.version == ModelFormat.version else {
      throw ModelFileError(
        .unsupportedVersion,
        "The file has version \(fields.version); this sfconv reads \(ModelFormat.version).",
        at: Location(byteOffset: 8), fix: "use a newer sfconv")
    }
    guard fields.checksum == Checksum.crc32(Array(bytes.dropLast(4))) else {
      throw damaged(
        .checksumMismatch, "The checksum of the fixed header differs.", Location(byteOffset: 60))
    }
    guard fields.incompatibleFlags == 0 else {
      throw ModelFileError(
        .unsupportedVersion,
        "The file needs features that this sfconv does not know (flags "
          + "\(fields.incompatibleFlags)).",
        at: Location(byteOffset: 12), fix: "use a newer sfconv")
    }
    guard fields.reserved.allSatisfy({ $0 == 0 }) else {
      throw damaged(
        .invalidStructure, "Reserved bytes of the header are not zero.", Location(byteOffset: 36))
    }
    guard fields.messageCount <= UInt64(ModelFormat.maximumMessageBytes) else {
      throw ModelFileError(
        .tooLarge,
        "The header message has \(fields.messageCount) bytes; allowed are "
          + "\(ModelFormat.maximumMessageBytes).", at: Location(byteOffset: 16), fix: remake)
    }
    messageRange = ModelFormat.headerSize..<ModelFormat.headerSize + Int(fields.messageCount)
    guard fields.fileCount <= UInt64(file.count), messageRange.upperBound <= file.count else {
      throw truncated(
        file.count,
        needed: max(Int(clamping: fields.fileCount), messageRange.upperBound))
    }
    guard fields.fileCount == UInt64(file.count) else {
      throw damaged(
        .invalidStructure,
        "The file has \(file.count) bytes; its header says \(fields.fileCount).",
        Location(byteOffset: Int(fields.fileCount)))
    }
    messageChecksum = fields.messageChecksum
  }
}
