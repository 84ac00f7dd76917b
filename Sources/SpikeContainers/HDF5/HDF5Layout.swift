import SpikeDiagnostics

/// Where the elements of a data set lie (File Format Specification 3.0, IV.A.2.i).
enum HDF5Layout {
  /// Bytes inside the message.
  case compact(start: Int, count: Int)
  /// One piece; nil where nothing was ever written.
  case contiguous(address: Int?, count: Int)
  /// Pieces of one shape, found by a B-tree of version 1.
  case chunked(tree: Int?, chunk: [Int])
  /// One piece that may have gone through filters: its size in the file, nil without filters.
  case singleChunk(address: Int?, storedCount: Int?, mask: Int, chunk: [Int])

  /// Reads a layout message.
  /// - Throws: `hdf5.unsupported`, `hdf5.malformed`, `hdf5.truncated`.
  init(_ cursor: inout HDF5Cursor, shape: [Int], elementSize: Int) throws(HDF5Error) {
    let version = try cursor.integer(1)
    switch version {
    case 1, 2: self = try HDF5Layout.old(&cursor, shape: shape, elementSize)
    case 3, 4:
      switch try cursor.integer(1) {
      case 0:
        let count = try cursor.integer(2)
        self = .compact(start: cursor.offset, count: count)
        try cursor.skip(count)
      case 1:
        let address = try cursor.address()
        self = .contiguous(address: address, count: try cursor.length())
      case 2 where version == 3:
        let rank = try cursor.integer(1)
        let tree = try cursor.address()
        self = .chunked(
          tree: tree,
          chunk: try HDF5Layout.sizes(&cursor, rank: rank, width: 4, shape.count, elementSize))
      case 2: self = try HDF5Layout.new(&cursor, shape: shape, elementSize)
      case let other:
        throw HDF5Layout.unsupported("storage of class \(other)")
      }
    default: throw HDF5Layout.unsupported("a layout of version \(version)")
    }
  }

  private static func old(
    _ cursor: inout HDF5Cursor, shape: [Int], _ elementSize: Int
  ) throws(HDF5Error) -> HDF5Layout {
    let rank = try cursor.integer(1)
    let kind = try cursor.integer(1)
    try cursor.skip(5)
    let address = kind == 0 ? nil : try cursor.address()
    if kind == 2 {
      return .chunked(
        tree: address, chunk: try sizes(&cursor, rank: rank, width: 4, shape.count, elementSize))
    }
    for _ in 0..<rank { try cursor.skip(4) }
    if kind == 0 {
      let count = try cursor.integer(4)
      return .compact(start: cursor.offset, count: count)
    }
    guard kind == 1 else { throw unsupported("storage of class \(kind)") }
    let (count, overflow) = try HDF5Dataspace.count(shape).multipliedReportingOverflow(
      by: elementSize)
    return .contiguous(address: address, count: overflow ? Int.max : count)
  }

  private static func new(
    _ cursor: inout HDF5Cursor, shape: [Int], _ elementSize: Int
  ) throws(HDF5Error) -> HDF5Layout {
    let flags = try cursor.integer(1)
    let rank = try cursor.integer(1)
    let width = try cursor.integer(1)
    guard (1...8).contains(width) else {
      throw HDF5Error(
        .malformed, "Sizes of pieces have \(width) bytes; allowed are 1 to 8.",
        fix: "get a fresh copy of the file")
    }
    let chunk = try sizes(&cursor, rank: rank, width: width, shape.count, elementSize)
    let index = try cursor.integer(1)
    guard index == 1 else { throw unsupported("pieces with an index of type \(index)") }
    guard flags & 0x02 != 0 else {
      return .singleChunk(
        address: try cursor.address(), storedCount: nil, mask: 0, chunk: chunk)
    }
    let stored = try cursor.length()
    let mask = try cursor.integer(4)
    return .singleChunk(
      address: try cursor.address(), storedCount: stored, mask: mask, chunk: chunk)
  }

  /// Sizes of a piece; the file has one more number, the bytes of an element.
  private static func sizes(
    _ cursor: inout HDF5Cursor, rank: Int, width: Int, _ axes: Int, _ elementSize: Int
  ) throws(HDF5Error) -> [Int] {
    var sizes: [Int] = []
    for _ in 0..<min(rank, 33) { sizes.append(try cursor.integer(width)) }
    guard rank == axes + 1, sizes.last == elementSize, sizes.allSatisfy({ $0 > 0 }) else {
      throw HDF5Error(
        .malformed,
        "Pieces of sizes \(sizes) do not fit elements of \(elementSize) bytes on "
          + "\(axes) axes.", fix: "get a fresh copy of the file")
    }
    return sizes.dropLast()
  }

  private static func unsupported(_ what: String) -> HDF5Error {
    HDF5Error(
      .unsupported, "The data set has \(what), which sfconv does not read.",
      fix: "write the file with h5py's libver='earliest', or without chunks")
  }
}
