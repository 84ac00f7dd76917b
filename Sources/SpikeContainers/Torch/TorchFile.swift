public import SpikeBytes
public import SpikeDiagnostics

/// The tensors of a file of `torch.save` or `torch.jit.save`: archives since PyTorch 1.6, and the
/// sequence of pickles and storages of older versions.
///
/// The pickle inside is read as data (``PickleMachine``): no name in it is looked up and nothing is
/// called. Files that need more than tensors, containers and plain values, such as a whole module by
/// `torch.save(model, path)`, are refused. Layouts: `torch/serialization.py` of PyTorch 2.
public struct TorchFile: Sendable {
  /// One tensor of the file.
  public struct Entry: Hashable, Sendable {
    /// Name in the state dict.
    public let name: String
    /// Kind of the elements.
    public let element: TorchElement
    /// Sizes, outermost first; empty for a scalar.
    public let shape: [Int]
    /// Steps between elements along each axis, in elements.
    public let strides: [Int]
    /// Offset of the first element in the file, in bytes.
    public let offset: Int
    /// Whether the elements lie row-major without gaps.
    public let isContiguous: Bool
  }

  /// The tensors, in the order of the file.
  public let entries: [Entry]
  /// Name of the entry of the checkpoint that was read; empty where all of it is the state dict.
  public let section: String
  /// The file.
  public let file: MappedFile

  /// Largest pickle that is read, in bytes.
  static let pickleLimit = 1 << 28

  /// The first bytes of a file of PyTorch before 1.6: a pickle of protocol 2 with one number of ten
  /// bytes, 0x1950A86A20F9469CFC6C.
  public static let legacyMagic: [UInt8] = [
    0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]

  /// Whether an archive is one of PyTorch.
  public static func isTorch(_ archive: ZIPArchive) -> Bool {
    archive.entries.contains { $0.name.hasSuffix("/data.pkl") || $0.name == "data.pkl" }
  }

  /// Reads the names and places of all tensors of `file`.
  /// - Throws: every `torch.…` code.
  /// - Complexity: O(pickle), and the checksum of every storage of an archive.
  public init(_ file: MappedFile) throws(TorchError) {
    self.file = file
    do throws(TorchError) {
      let isLegacy =
        file.count >= TorchFile.legacyMagic.count
        && file.bytes(in: 0..<TorchFile.legacyMagic.count) == TorchFile.legacyMagic
      let source: any TorchStorages =
        isLegacy ? try LegacyStorages(file) : try ArchiveStorages(file)
      let (records, section) = try source.pickle.records()
      self.section = section
      var entries: [Entry] = []
      var names: Set<String> = []
      var storages = StorageCache(source)
      for record in records {
        guard names.insert(record.name).inserted else {
          throw TorchError(
            .corrupt, "The name '\(record.name.prefix(200))' is there twice; once is allowed.",
            at: Location(tensor: record.name), fix: "write the file again with a current PyTorch")
        }
        entries.append(try TorchFile.entry(record, &storages))
      }
      self.entries = entries
    } catch {
      throw error.located(in: Location(file: file.path))
    }
  }

  /// The bytes of a tensor, row-major without gaps.
  /// - Complexity: O(elements).
  public func bytes(of entry: Entry) -> [UInt8] {
    let size = entry.element.byteCount
    let count = entry.shape.reduce(1, *)
    guard count > 0 else { return [] }
    if entry.isContiguous { return file.bytes(in: entry.offset..<entry.offset + count * size) }
    let span = zip(entry.shape, entry.strides).reduce(0) { $0 + ($1.0 - 1) * $1.1 }
    let source = file.bytes(in: entry.offset..<entry.offset + (span + 1) * size)
    var result: [UInt8] = []
    result.reserveCapacity(count * size)
    var index = [Int](repeating: 0, count: entry.shape.count)
    var element = 0
    for _ in 0..<count {
      result += source[element * size..<(element + 1) * size]
      for axis in index.indices.reversed() {
        index[axis] += 1
        element += entry.strides[axis]
        if index[axis] < entry.shape[axis] { break }
        element -= index[axis] * entry.strides[axis]
        index[axis] = 0
      }
    }
    return result
  }

  /// Checks that a tensor lies inside its storage.
  private static func entry(
    _ record: TorchPickle.Record, _ storages: inout StorageCache
  ) throws(TorchError) -> Entry {
    let place = Location(tensor: record.name)
    do throws(TorchError) {
      guard let element = TorchElement(storageClass: record.storageClass) else {
        throw TorchError(
          .unsupported,
          "The tensor has a storage of the class '\(record.storageClass.prefix(64))'; read are "
            + TorchElement.allCases.map(\.storageClass).joined(separator: ", ") + ".",
          fix: "convert it: tensor.float()")
      }
      let storage = try storages.range(of: record.key, element: element, count: record.count)
      var count = 1
      var last = record.offset
      var isContiguous = true
      var isInside = record.offset >= 0
      for (size, stride) in zip(record.shape, record.strides).reversed() {
        isContiguous = isContiguous && (stride == count || size == 1)
        let (product, first) = count.multipliedReportingOverflow(by: size)
        let (way, second) = stride.multipliedReportingOverflow(by: max(0, size - 1))
        let (sum, third) = last.addingReportingOverflow(way)
        isInside = isInside && size >= 0 && stride >= 0 && !first && !second && !third
        guard isInside else { break }
        count = product
        last = sum
      }
      // A size of 0 anywhere: no elements, nothing to be inside of.
      if isInside, count > 0 { isInside = last < record.count && count <= record.count }
      guard isInside else {
        throw TorchError(
          .badShape,
          "The tensor has the sizes \(record.shape) and strides \(record.strides) from element "
            + "\(record.offset) on; its storage has \(record.count) elements, each of which may "
            + "stand once.", fix: "write it with .contiguous(), or get a fresh copy of the file")
      }
      let first = count > 0 ? record.offset : 0
      return Entry(
        name: record.name, element: element, shape: record.shape, strides: record.strides,
        offset: storage.lowerBound + first * element.byteCount,
        isContiguous: isContiguous || count == 0)
    } catch {
      throw error.located(in: place)
    }
  }
}
