import SpikeBytes
import SpikeDiagnostics

/// Where the numbers of a file of PyTorch lie.
protocol TorchStorages {
  /// What names the tensors.
  var pickle: TorchPickle { get }
  /// The bytes of a storage in the file.
  func range(of key: String, element: TorchElement, count: Int) throws(TorchError) -> Range<Int>
}

extension TorchStorages {
  /// Bytes that a storage must have; nil where that is beyond 64 bits.
  func size(_ element: TorchElement, _ count: Int) -> Int? {
    let (size, overflow) = count.multipliedReportingOverflow(by: element.byteCount)
    return overflow || count < 0 ? nil : size
  }

  func wrongSize(_ key: String, _ found: Int, _ element: TorchElement, _ count: Int) -> TorchError {
    TorchError(
      .corrupt,
      "The storage '\(key.prefix(64))' has \(found) bytes; \(count) elements of \(element.rawValue) "
        + "need \(element.byteCount) each.", fix: "get a fresh copy of the file")
  }

  static func read(_ bytes: [UInt8], from start: Int = 0) throws(TorchError) -> PickleMachine.Result
  {
    do throws(PickleError) {
      return try PickleMachine.read(bytes, from: start, isAllowed: TorchPickle.isAllowed)
    } catch {
      throw TorchError(
        .badPickle, "The names of the tensors cannot be read.",
        at: error.location, fix: error.fix, cause: error)
    }
  }
}

/// Checks every storage once, however many tensors lie in it.
struct StorageCache {
  private struct Key: Hashable {
    var name: String
    var element: TorchElement
    var count: Int
  }

  private let source: any TorchStorages
  private var ranges: [Key: Range<Int>] = [:]

  init(_ source: any TorchStorages) { self.source = source }

  mutating func range(
    of name: String, element: TorchElement, count: Int
  ) throws(TorchError) -> Range<Int> {
    let key = Key(name: name, element: element, count: count)
    if let range = ranges[key] { return range }
    let range = try source.range(of: name, element: element, count: count)
    ranges[key] = range
    return range
  }
}

/// An archive: `NAME/data.pkl`, and the storage K, uncompressed, as `NAME/data/K`.
struct ArchiveStorages: TorchStorages {
  let pickle: TorchPickle
  private let archive: ZIPArchive
  private let entries: [String: ZIPEntry]
  private let folder: String

  init(_ file: MappedFile) throws(TorchError) {
    do throws(ZIPError) {
      archive = try ZIPArchive(file)
    } catch {
      throw TorchError(
        error.code == .notAnArchive ? .badMagic : .corrupt, "The archive cannot be read.",
        at: error.location, fix: error.fix, cause: error)
    }
    var entries: [String: ZIPEntry] = [:]
    for entry in archive.entries {
      guard entries.updateValue(entry, forKey: entry.name) == nil else {
        throw TorchError(
          .corrupt, "The archive has the entry '\(entry.name.prefix(200))' twice.",
          fix: "write the file again with a current PyTorch")
      }
    }
    self.entries = entries
    guard let main = archive.entries.first(where: { $0.name.hasSuffix("data.pkl") }) else {
      throw TorchError(
        .badMagic, "The archive has no data.pkl: it is none of PyTorch.", fix: "check the path")
    }
    folder = String(main.name.dropLast("data.pkl".count))
    if let order = entries[folder + "byteorder"] {
      let bytes = try ArchiveStorages.contents(order, archive, limit: 16)
      guard bytes == Array("little".utf8) else {
        throw TorchError(
          .unsupported, "The numbers are big-endian; read are little-endian ones.",
          fix: "write the file on a little-endian machine")
      }
    }
    let bytes = try ArchiveStorages.contents(main, archive, limit: TorchFile.pickleLimit)
    let result = try Self.read(bytes)
    pickle = TorchPickle(value: result.value, heap: result.heap)
  }

  func range(of key: String, element: TorchElement, count: Int) throws(TorchError) -> Range<Int> {
    guard let entry = entries["\(folder)data/\(key)"] else {
      throw TorchError(
        .corrupt, "The archive has no storage '\(key.prefix(64))'.",
        fix: "get a fresh copy of the file")
    }
    guard entry.size == size(element, count) else {
      throw wrongSize(key, entry.size, element, count)
    }
    do throws(ZIPError) {
      return try archive.checkedRange(of: entry)
    } catch {
      throw TorchError(
        .corrupt, "The storage '\(key.prefix(64))' cannot be read.", at: error.location,
        fix: error.fix, cause: error)
    }
  }

  private static func contents(
    _ entry: ZIPEntry, _ archive: ZIPArchive, limit: Int
  ) throws(TorchError) -> [UInt8] {
    do throws(ZIPError) {
      return try archive.contents(of: entry, limit: limit)
    } catch {
      throw TorchError(
        .corrupt, "A part of the archive cannot be read.", at: error.location, fix: error.fix,
        cause: error)
    }
  }
}

/// A file before PyTorch 1.6: pickles of a magic number, a version, facts about the machine, the
/// value, and the names of the storages; then each storage as its element count and its bytes.
struct LegacyStorages: TorchStorages {
  let pickle: TorchPickle
  private var starts: [String: (start: Int, count: Int)] = [:]
  private let fileSize: Int

  init(_ file: MappedFile) throws(TorchError) {
    fileSize = file.count
    // All pickles together; the storages are behind them, unless the file is small.
    let head = file.bytes(in: 0..<min(file.count, TorchFile.pickleLimit))
    var position = 0
    var values: [PickleMachine.Result] = []
    for _ in 0..<5 {
      let result = try Self.read(head, from: position)
      position = result.end
      values.append(result)
    }
    guard values[1].value == .integer(1001) else {
      throw TorchError(
        .unsupported, "The file has another protocol than 1001.",
        fix: "write it again with a current PyTorch")
    }
    for (key, value) in values[2].heap.pairs(values[2].value) ?? []
    where key == .text("little_endian") && value != .bool(true) {
      throw TorchError(
        .unsupported, "The numbers are big-endian; read are little-endian ones.",
        fix: "write the file on a little-endian machine")
    }
    pickle = TorchPickle(value: values[3].value, heap: values[3].heap)
    var elements: [String: TorchElement] = [:]
    for identifier in pickle.heap.identifiers {
      guard let parts = pickle.heap.items(identifier), parts.count >= 3,
        case .global(let name) = parts[1], case .text(let key) = parts[2]
      else { continue }
      elements[key] = TorchElement(storageClass: name)
    }
    for key in values[4].heap.items(values[4].value) ?? [] {
      // Where the size of an element is unknown, all behind it is; tensors in there are refused.
      guard case .text(let name) = key, let element = elements[name] else { break }
      guard file.count - position >= 8 else { throw truncated(name) }
      let count = file.bytes(in: position..<position + 8).enumerated().reduce(UInt64(0)) {
        $0 | UInt64($1.element) << (8 * $1.offset)
      }
      position += 8
      guard let number = Int(exactly: count), let bytes = size(element, number),
        bytes <= file.count - position
      else { throw truncated(name) }
      starts[name] = (position, number)
      position += bytes
    }
  }

  func range(of key: String, element: TorchElement, count: Int) throws(TorchError) -> Range<Int> {
    guard let found = starts[key] else {
      throw TorchError(
        .corrupt,
        "The file has no storage '\(key.prefix(64))', or one in front of it is of a kind that is not "
          + "read.", fix: "get a fresh copy of the file, or write the weights as float32")
    }
    guard found.count == count, let bytes = size(element, count),
      bytes <= fileSize - found.start
    else { throw wrongSize(key, found.count * element.byteCount, element, count) }
    return found.start..<found.start + bytes
  }

  private func truncated(_ key: String) -> TorchError {
    TorchError(
      .corrupt, "The file ends inside of the storage '\(key.prefix(64))'.",
      fix: "get a fresh copy of the file")
  }
}
