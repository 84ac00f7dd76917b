import SpikeBytes
import SpikeDiagnostics
import SpikeEngine

/// The file of a run's state: magic, version, CRC-32 of the rest, then length and bytes of the
/// fingerprint and of the state as archives.
///
/// It is written to another name, synchronised and renamed, so that at every moment the old state
/// or the new one is there, whole.
enum CheckpointFile {
  private static let magic: [UInt8] = [0xF3] + Array("SFCKPT\n".utf8)
  private static let version: UInt32 = 1

  static func write(
    _ state: RunState, startAccuracy: Double?, of run: RunFingerprint, to path: String
  ) throws(FitError) {
    var body = ByteWriter()
    for part in [
      BinaryArchive.encode(run),
      BinaryArchive.encode(Content(state: state, startAccuracy: startAccuracy)),
    ] {
      body.append(UInt64(part.count))
      body.append(part)
    }
    var head = ByteWriter()
    head.append(magic)
    head.append(version)
    head.append(Checksum.crc32(body.bytes))
    do throws(FileError) {
      try AtomicFile.write([head.bytes, body.bytes], to: path)
    } catch {
      throw FitError(
        .unwritableCheckpoint, error.message, at: error.location, fix: error.fix, cause: error)
    }
  }

  struct Content: Codable {
    var state: RunState
    var startAccuracy: Double?
  }

  /// The state of the same run; nil where there is no file. The first process reads it, so that the
  /// others need not see the file.
  /// - Throws: `fit.damaged-checkpoint`, `fit.different-checkpoint`, `fit.lost-process`.
  static func read(
    _ path: String, of run: RunFingerprint, options: FitOptions,
    processes: any ProcessRing = OneProcess()
  ) throws(FitError) -> Content? {
    let own = processes.isFirst ? try bytes(of: path) : nil
    guard let bytes = try FitAgreement.spread(own, processes) else { return nil }
    let fix = "delete it, or leave --resume out, to start from the beginning"
    let differences: [String]
    do throws(ReadError) {
      var reader = ByteReader(bytes)
      try checkHead(&reader, bytes)
      let old = try BinaryArchive.decode(RunFingerprint.self, from: part(&reader))
      differences = old.differences(to: run)
      if let key = FromRun.key, differences.isEmpty {
        return try BinaryArchive.decode(Content.self, from: part(&reader), userInfo: [key: options])
      }
    } catch {
      throw FitError(
        .damagedCheckpoint, "The checkpoint cannot be used. \(error.message)",
        at: Location(file: path), fix: fix, cause: error)
    }
    throw FitError(
      .differentCheckpoint,
      "The checkpoint is of another run: \(differences.prefix(5).joined(separator: "; ")).",
      at: Location(file: path), fix: "give the options of that run again, or \(fix)")
  }

  private static func checkHead(
    _ reader: inout ByteReader, _ bytes: [UInt8]
  ) throws(ReadError) {
    guard try reader.read(count: magic.count) == magic else {
      throw BinaryArchive.mismatch("it is no checkpoint")
    }
    let found = try reader.read(UInt32.self)
    guard found == version else {
      throw BinaryArchive.mismatch("it has version \(found), not \(version)")
    }
    let checksum = try reader.read(UInt32.self)
    guard Checksum.crc32(Array(bytes[reader.offset...])) == checksum else {
      throw BinaryArchive.mismatch("its checksum is wrong")
    }
  }

  private static func bytes(of path: String) throws(FitError) -> [UInt8]? {
    do throws(FileError) {
      let file = try MappedFile(path: path)
      return file.bytes(in: 0..<file.count)
    } catch {
      if error.code == .notFound { return nil }
      throw FitError(
        .damagedCheckpoint, error.message, at: error.location, fix: error.fix, cause: error)
    }
  }

  private static func part(_ reader: inout ByteReader) throws(ReadError) -> [UInt8] {
    let count = try reader.read(UInt64.self)
    guard count <= UInt64(reader.remaining) else {
      throw BinaryArchive.mismatch("\(count) bytes are announced, \(reader.remaining) are there")
    }
    return try reader.read(count: Int(count))
  }
}
