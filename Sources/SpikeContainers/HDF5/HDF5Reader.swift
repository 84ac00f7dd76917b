public import SpikeBytes
public import SpikeDiagnostics

/// Reads an HDF5 file as a tree of groups and data sets.
///
/// A reader of our own for the part of the format that exchange files use: superblocks 0 to 3, object
/// headers 1 and 2, groups as symbol tables or link messages, data sets in one piece, in the header
/// or in chunks under a B-tree of version 1 (or a single chunk), the filters deflate, shuffle and
/// fletcher32; integers, IEEE 754 numbers (float16 becomes float32), bool (becomes int8), texts,
/// sequences of numbers. Attributes of groups are read on request, where they lie in the object header
/// and have such elements; others are passed over. Links into other files, data in other files, links by
/// path and second
/// names of one object are refused, and so is everything else, by name.
///
/// Source: HDF5 File Format Specification, version 3.0 (The HDF Group).
public enum HDF5Reader {
  /// Reads the file at `path`.
  /// - Throws: any `hdf5.…` code but those of the writer; the cause is a `file.…` code where the file
  ///   cannot be opened.
  /// - Complexity: O(bytes), two copies; what deflated data become is bounded by the file's size.
  public static func read(
    _ file: MappedFile, attributes: Bool = false
  ) throws(HDF5Error) -> HDF5Group {
    do throws(HDF5Error) {
      return try read(file.bytes(in: 0..<file.count), attributes: attributes)
    } catch {
      throw error.located(in: Location(file: file.path))
    }
  }

  /// Reads the bytes of a file.
  /// - Throws: any `hdf5.…` code but those of the writer, with the path inside the file.
  public static func read(
    _ bytes: [UInt8], attributes: Bool = false
  ) throws(HDF5Error) -> HDF5Group {
    let superblock = try HDF5Superblock(bytes)
    var walk = HDF5Walk(bytes, superblock.widths, readsAttributes: attributes)
    let place = Location(tensor: "/")
    do throws(HDF5Error) {
      guard case .group(let root) = try walk.member(at: superblock.root, path: "", depth: 0) else {
        throw HDF5Error(
          .malformed, "The root of the file is no group.", fix: "get a fresh copy of the file")
      }
      return root
    } catch {
      throw error.located(in: place)
    }
  }
}

/// The walk through the objects of a file.
private struct HDF5Walk {
  private let file: [UInt8]
  private let widths: HDF5Cursor.Widths
  private var heap: HDF5GlobalHeap
  private var visited: Set<Int> = []
  /// Bytes of elements that may still be made: deflate makes at most 1032 bytes of one, and no byte
  /// of a sound file is data twice.
  private var bytesLeft: Int
  private let readsAttributes: Bool

  /// Groups that may lie inside each other.
  private static let depthLimit = 64

  init(_ file: [UInt8], _ widths: HDF5Cursor.Widths, readsAttributes: Bool) {
    self.file = file
    self.widths = widths
    self.readsAttributes = readsAttributes
    heap = HDF5GlobalHeap(file, widths)
    bytesLeft = file.count * 1032
  }

  mutating func member(
    at address: Int, path: String, depth: Int
  ) throws(HDF5Error) -> HDF5Group.Member {
    do throws(HDF5Error) {
      guard visited.insert(address).inserted else {
        throw HDF5Error(
          .cycle, "The object has two names, or holds itself.",
          fix: "copy what has two names")
      }
      guard depth <= HDF5Walk.depthLimit else {
        throw HDF5Error(
          .tooLarge, "Groups lie more than \(HDF5Walk.depthLimit) deep in each other.",
          fix: "check where the file comes from")
      }
      let header = try HDF5ObjectHeader(file, at: address, widths)
      if header.first(.layout) != nil || header.first(.datatype) != nil {
        return .dataset(try dataset(header))
      }
      return .group(try group(header, path, depth))
    } catch {
      throw error.located(in: Location(tensor: path))
    }
  }

  private mutating func group(
    _ header: HDF5ObjectHeader, _ path: String, _ depth: Int
  ) throws(HDF5Error) -> HDF5Group {
    var group = HDF5Group()
    for (name, address) in try HDF5Links(file: file, widths: widths).members(of: header) {
      guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/")), group[name] == nil else {
        throw HDF5Error(
          .malformed, "The name '\(name.prefix(64))' is there twice, empty, or a path.",
          fix: "get a fresh copy of the file")
      }
      group[name] = try member(at: address, path: "\(path)/\(name)", depth: depth + 1)
    }
    if readsAttributes {
      for message in header.messages where message.kind == .attribute && !message.isShared {
        guard let attribute = try HDF5Attribute(file, message, widths) else { continue }
        bytesLeft -= attribute.bytes.count
        guard bytesLeft >= 0 else {
          throw HDF5Error(
            .tooLarge, "The attributes have more bytes than come from a file of \(file.count).",
            fix: "get a fresh copy of the file")
        }
        group.attributes[attribute.name] = try attribute.dataset(&heap, widths)
      }
    }
    return group
  }

  private func cursor(
    _ header: HDF5ObjectHeader, _ kind: HDF5ObjectHeader.Kind, _ what: String
  ) throws(HDF5Error) -> HDF5Cursor {
    guard let message = header.first(kind) else {
      throw HDF5Error(
        .malformed, "The data set has no \(what).", fix: "get a fresh copy of the file")
    }
    guard !message.isShared else {
      throw HDF5Error(
        .unsupported, "The data set shares its \(what) with others.",
        fix: "write the data set without a named type")
    }
    return try HDF5Cursor(file, at: message.start, count: message.count, widths)
  }

  private mutating func dataset(_ header: HDF5ObjectHeader) throws(HDF5Error) -> HDF5Dataset {
    guard header.first(.externalFiles) == nil else {
      throw HDF5Error(
        .externalLink, "The numbers of the data set lie in another file, which is not read.",
        fix: "copy the data set into this file")
    }
    var space = try cursor(header, .dataspace, "shape")
    guard let shape = try HDF5Dataspace.shape(&space) else {
      throw HDF5Datatype.unsupported("no elements (a null space)")
    }
    var typeCursor = try cursor(header, .datatype, "type")
    let type = try HDF5Datatype(&typeCursor)
    let count = try HDF5Dataspace.count(shape)
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: type.size)
    guard !overflow, byteCount <= bytesLeft else {
      throw HDF5Error(
        .tooLarge,
        "An array of shape \(shape) with elements of \(type.size) bytes does not come from a file of "
          + "\(file.count) bytes.", fix: "get a fresh copy of the file")
    }
    bytesLeft -= byteCount
    let bytes = try elements(header, type, shape, count)
    return HDF5Dataset(shape: shape, try HDF5Elements(type, bytes, count).values(&heap, widths))
  }

  private func elements(
    _ header: HDF5ObjectHeader, _ type: HDF5Datatype, _ shape: [Int], _ count: Int
  ) throws(HDF5Error) -> [UInt8] {
    var filters = HDF5Filters()
    if header.first(.filters) != nil {
      var cursor = try cursor(header, .filters, "filters")
      filters = try HDF5Filters(&cursor)
    }
    var cursor = try cursor(header, .layout, "layout")
    let layout = try HDF5Layout(&cursor, shape: shape, elementSize: type.size)
    let needed = count * type.size
    func chunks(_ chunk: [Int]) -> HDF5Chunks {
      HDF5Chunks(
        file: file, widths: widths, shape: shape, chunk: chunk, elementSize: type.size,
        filters: filters)
    }
    switch layout {
    case .compact(let start, let held): return try plain(start, held, needed)
    case .contiguous(let address, let held):
      if needed == 0 { return [] }
      guard let address else { throw HDF5Chunks.unwritten() }
      return try plain(address, held, needed)
    case .chunked(let tree, let chunk):
      return try chunks(chunk).bytes(tree: tree, elementCount: count)
    case .singleChunk(let address, let stored, let mask, let chunk):
      return try chunks(chunk).bytes(
        single: address, storedCount: stored, mask: mask, elementCount: count)
    }
  }

  private func plain(_ start: Int, _ held: Int, _ needed: Int) throws(HDF5Error) -> [UInt8] {
    guard held >= needed else {
      throw HDF5Error(
        .malformed, "The shape needs \(needed) bytes; the data set has \(held).",
        fix: "get a fresh copy of the file")
    }
    var cursor = try HDF5Cursor(file, at: start, widths)
    return Array(try cursor.take(needed))
  }
}
