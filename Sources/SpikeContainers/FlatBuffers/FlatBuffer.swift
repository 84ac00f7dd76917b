public import SpikeBytes
public import SpikeDiagnostics

/// A FlatBuffer that is read in place: tables, vectors and texts, without a schema.
///
/// Format ("FlatBuffer Internals", flatbuffers.dev): little-endian; a table begins with the distance
/// back to its vtable, which holds the place of every field, 0 where it is left out; vectors and texts
/// begin with their count. Every place is checked against the file before it is read, and whoever reads
/// names each step, so that nothing recurs.
public struct FlatBuffer: Sendable {
  /// The file.
  public let file: MappedFile

  /// The root table of `file`, whose identifier of four letters must be the given one.
  /// - Throws: `flatbuffers.wrong-identifier`, `flatbuffers.truncated`, `flatbuffers.malformed`.
  public static func root(
    of file: MappedFile, identifier: String
  ) throws(FlatBufferError) -> FlatTable {
    let buffer = FlatBuffer(file: file)
    do throws(FlatBufferError) {
      let position = Int(try buffer.number(UInt32.self, at: 0))
      try buffer.check(4, 4)
      guard file.bytes(in: 4..<8).elementsEqual(identifier.utf8) else {
        throw FlatBufferError(
          .wrongIdentifier, "The bytes 4 to 8 do not say '\(identifier)'.",
          at: Location(byteOffset: 4), fix: "check that the file is what its name says")
      }
      return try FlatTable(buffer, at: position)
    } catch {
      throw error.located(in: Location(file: file.path))
    }
  }

  private init(file: MappedFile) { self.file = file }

  /// A number at a place.
  func number<Number: FixedWidthInteger>(
    _ type: Number.Type, at position: Int
  ) throws(FlatBufferError) -> Number {
    let size = MemoryLayout<Number>.size
    try check(position, size)
    return unsafe file.withUnsafeBytes { bytes in
      Number(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: position, as: type))
    }
  }

  /// Where the thing lies that an offset at `position` points to: always further on.
  func target(of position: Int) throws(FlatBufferError) -> Int {
    let offset = try number(UInt32.self, at: position)
    guard offset > 0 else {
      throw FlatBufferError(
        .malformed, "The offset at byte \(position) points to itself.",
        at: Location(byteOffset: position), fix: FlatBuffer.getAgain)
    }
    return position + Int(offset)
  }

  /// Proves that `count` bytes at `position` are in the file.
  func check(_ position: Int, _ count: Int) throws(FlatBufferError) {
    guard position >= 0, count >= 0, position <= file.count, count <= file.count - position else {
      throw FlatBufferError(
        .truncated,
        "\(count) bytes should lie at byte \(position); the file has \(file.count) bytes.",
        at: Location(byteOffset: position), fix: FlatBuffer.getAgain)
    }
  }

  static let getAgain = "get a fresh copy of the file"
}
