public import SpikeBytes
public import SpikeDiagnostics

/// A ZIP archive that is read in place: the central directory at once, contents on demand.
///
/// Format: PKWARE APPNOTE.TXT 6.3.10; sections are named where a layout is used. Stored and deflated
/// entries, with or without ZIP64 sizes. Encrypted and split archives are refused.
public struct ZIPArchive: Sendable {
  /// The entries in the order of the central directory.
  public let entries: [ZIPEntry]
  private let file: MappedFile
  private let directoryStart: Int

  /// The first bytes of an archive that has at least one entry.
  public static let magic: [UInt8] = [0x50, 0x4B, 0x03, 0x04]

  /// Reads the central directory of `file`.
  /// - Throws: `zip.not-an-archive`, `zip.corrupt`, `zip.unsupported`, `zip.too-large`.
  /// - Complexity: O(entries).
  public init(_ file: MappedFile) throws(ZIPError) {
    do throws(ZIPError) {
      let directory = try ZIPDirectory(file)
      self.file = file
      entries = try directory.entries()
      directoryStart = directory.start
    } catch {
      throw error.located(in: Location(file: file.path))
    }
  }

  /// The entry of a name; the last one where a name occurs twice, as common tools read it.
  public func entry(named name: String) -> ZIPEntry? { entries.last { $0.name == name } }

  /// The contents of an entry, inflated and checked against its CRC-32.
  ///
  /// - Parameter limit: Largest number of bytes to make.
  /// - Throws: `zip.corrupt`, `zip.unsupported`, `zip.too-large`.
  public func contents(of entry: ZIPEntry, limit: Int) throws(ZIPError) -> [UInt8] {
    do throws(ZIPError) {
      return try bytes(of: entry, limit)
    } catch {
      throw error.located(in: Location(file: file.path, tensor: entry.name))
    }
  }

  /// Where the bytes of an uncompressed entry lie in the file, checked against its CRC-32.
  /// - Throws: `zip.corrupt`, `zip.unsupported` where it is compressed.
  /// - Complexity: O(bytes), without a copy.
  public func checkedRange(of entry: ZIPEntry) throws(ZIPError) -> Range<Int> {
    let place = Location(file: file.path, tensor: entry.name)
    do throws(ZIPError) {
      guard entry.method == .stored, entry.size == entry.packedSize else {
        throw ZIPError(
          .unsupported, "The entry is compressed; only uncompressed ones are read in place.",
          fix: "write the archive without compression")
      }
      let range = try dataRange(of: entry)
      guard Checksum.crc32(of: file, in: range) == entry.checksum else {
        throw ZIPError(
          .corrupt, "The checksum of the entry is wrong.", fix: "get a fresh copy of the file")
      }
      return range
    } catch {
      throw error.located(in: place)
    }
  }

  private func bytes(of entry: ZIPEntry, _ limit: Int) throws(ZIPError) -> [UInt8] {
    guard entry.size <= limit else {
      throw ZIPError(
        .tooLarge, "The entry has \(entry.size) bytes; at most \(limit) are read.",
        fix: "split the file")
    }
    let packed = file.bytes(in: try dataRange(of: entry))
    let contents: [UInt8]
    switch entry.method {
    case .stored: contents = packed
    case .deflated:
      do throws(InflateError) {
        contents = try Inflate.bytes(of: packed, wrapper: .none, limit: entry.size)
      } catch {
        throw ZIPError(
          .corrupt, "The entry cannot be inflated.", fix: "write the archive again", cause: error)
      }
    case .other(let number):
      throw ZIPError(
        .unsupported,
        "The entry is compressed by method \(number); read are 0 (stored) and 8 "
          + "(deflated).", fix: "write the archive with numpy.savez or numpy.savez_compressed")
    }
    guard contents.count == entry.size, Checksum.crc32(contents) == entry.checksum else {
      throw ZIPError(
        .corrupt, "The checksum of the entry is wrong.", fix: "get a fresh copy of the file")
    }
    return contents
  }

  /// Where the bytes of an entry lie: behind its local header (4.3.7), in front of the directory.
  private func dataRange(of entry: ZIPEntry) throws(ZIPError) -> Range<Int> {
    let fixedSize = 30
    guard entry.headerOffset >= 0, entry.headerOffset <= directoryStart - fixedSize else {
      throw ZIPError(.corrupt, "The local header of the entry lies outside the file.")
    }
    let header = file.bytes(in: entry.headerOffset..<entry.headerOffset + fixedSize)
    guard Array(header[0..<4]) == ZIPArchive.magic else {
      throw ZIPError(
        .corrupt, "There is no local header where the directory puts it.",
        at: Location(byteOffset: entry.headerOffset), fix: "write the archive again")
    }
    let start =
      entry.headerOffset + fixedSize + ZIPDirectory.integer(header, 26, 2)
      + ZIPDirectory.integer(header, 28, 2)
    guard entry.packedSize <= directoryStart - start else {
      throw ZIPError(
        .corrupt,
        "The entry claims \(entry.packedSize) bytes; \(max(0, directoryStart - start)) "
          + "are there.", fix: "get a fresh copy of the file")
    }
    return start..<start + entry.packedSize
  }
}

/// One file inside an archive.
public struct ZIPEntry: Hashable, Sendable {
  /// How the bytes are packed.
  public enum Method: Hashable, Sendable {
    case stored, deflated
    case other(Int)
  }

  /// Name with forward slashes.
  public let name: String
  /// How the bytes are packed.
  public let method: Method
  /// Bytes after unpacking.
  public let size: Int
  /// Bytes in the archive.
  public let packedSize: Int
  /// CRC-32 of the unpacked bytes.
  public let checksum: UInt32
  /// Offset of the local header.
  package let headerOffset: Int
}
