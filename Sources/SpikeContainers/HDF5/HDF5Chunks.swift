import SpikeDiagnostics

/// The pieces of a chunked data set, put together (File Format Specification 3.0, III.A.1).
struct HDF5Chunks {
  let file: [UInt8]
  let widths: HDF5Cursor.Widths
  let shape: [Int]
  let chunk: [Int]
  let elementSize: Int
  let filters: HDF5Filters

  /// One piece: where it lies, and where its first element belongs.
  private struct Piece {
    var address: Int
    var storedCount: Int
    var mask: Int
    var start: [Int]
  }

  private var chunkBytes: Int { chunk.reduce(elementSize, *) }
  /// Pieces that the shape needs.
  private var pieceCount: Int {
    zip(shape, chunk).reduce(1) { $0 * (($1.0 + $1.1 - 1) / $1.1) }
  }

  /// The elements in row-major order.
  ///
  /// `elementCount` elements were found to fit into memory; what is left to check is that pieces of
  /// this size can lie in the file.
  /// - Throws: `hdf5.malformed`, `hdf5.truncated`, `hdf5.too-large`, `hdf5.bad-checksum`,
  ///   `hdf5.unsupported` where pieces were never written.
  /// - Complexity: O(bytes).
  func bytes(tree: Int?, elementCount: Int) throws(HDF5Error) -> [UInt8] {
    try checkSizes()
    if elementCount == 0 { return [] }
    guard let tree else { throw HDF5Chunks.unwritten() }
    let pieces = try pieces(of: tree)
    var result = [UInt8](repeating: 0, count: elementCount * elementSize)
    var seen: Set<[Int]> = []
    for piece in pieces where seen.insert(piece.start).inserted {
      try put(piece, into: &result)
    }
    guard seen.count == pieceCount else { throw HDF5Chunks.unwritten() }
    return result
  }

  /// As the other, where the data set is one piece.
  func bytes(
    single address: Int?, storedCount: Int?, mask: Int, elementCount: Int
  ) throws(HDF5Error) -> [UInt8] {
    try checkSizes()
    if elementCount == 0 { return [] }
    guard let address else { throw HDF5Chunks.unwritten() }
    var result = [UInt8](repeating: 0, count: elementCount * elementSize)
    let piece = Piece(
      address: address, storedCount: storedCount ?? chunkBytes, mask: mask,
      start: shape.map { _ in 0 })
    guard pieceCount == 1 else { throw HDF5Chunks.unwritten() }
    try put(piece, into: &result)
    return result
  }

  private func checkSizes() throws(HDF5Error) {
    // Deflate makes at most 1032 bytes of one; an empty file could claim anything.
    var count = elementSize
    for size in chunk {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      count = overflow ? Int.max : product
    }
    guard count / 1032 <= file.count else {
      throw HDF5Error(
        .tooLarge, "A piece of shape \(chunk) does not come from a file of \(file.count) bytes.",
        fix: "get a fresh copy of the file")
    }
  }

  private func pieces(of tree: Int) throws(HDF5Error) -> [Piece] {
    var pieces: [Piece] = []
    // Every node takes up bytes of the file, so there cannot be more than the file has room for.
    var nodesLeft = file.count / 24 + 1
    var pending = [tree]
    while let address = pending.popLast() {
      nodesLeft -= 1
      guard nodesLeft >= 0 else {
        throw HDF5Error(
          .cycle, "The index of the data goes round in circles.",
          fix: "get a fresh copy of the file")
      }
      var cursor = try HDF5Cursor(file, at: address, widths)
      try cursor.expect("TREE")
      let kind = try cursor.integer(1)
      let level = try cursor.integer(1)
      let count = try cursor.integer(2)
      guard kind == 1 else {
        throw HDF5Error(
          .malformed, "The index of the data is one of links.", fix: "get a fresh copy of the file")
      }
      try cursor.skip(2 * widths.offset)
      for _ in 0..<count {
        let stored = try cursor.integer(4)
        let mask = try cursor.integer(4)
        var start: [Int] = []
        for _ in shape { start.append(try cursor.integer(8)) }
        try cursor.skip(8)
        guard let child = try cursor.address() else { throw HDF5Chunks.unwritten() }
        if level > 0 {
          pending.append(child)
        } else {
          pieces.append(Piece(address: child, storedCount: stored, mask: mask, start: start))
        }
        guard pieces.count <= max(pieceCount, 1) else {
          throw HDF5Error(
            .malformed, "There are more pieces than the \(pieceCount) that the shape has.",
            fix: "get a fresh copy of the file")
        }
      }
    }
    return pieces
  }

  /// Copies the part of a piece that lies inside the shape.
  private func put(_ piece: Piece, into result: inout [UInt8]) throws(HDF5Error) {
    guard zip(piece.start, zip(shape, chunk)).allSatisfy({ $0 < $1.0 && $0 % $1.1 == 0 }) else {
      throw HDF5Error(
        .malformed, "A piece starts at \(piece.start) of the shape \(shape).",
        fix: "get a fresh copy of the file")
    }
    var cursor = try HDF5Cursor(file, at: piece.address, widths)
    let stored = try cursor.take(piece.storedCount)
    let bytes = try filters.undone(
      Array(stored), count: chunkBytes, elementSize: elementSize, mask: piece.mask)
    let rank = shape.count
    let room = (0..<rank).map { min(chunk[$0], shape[$0] - piece.start[$0]) }
    // Row by row; a scalar cannot be chunked, so there is a last axis.
    guard rank > 0 else { return }
    let row = room[rank - 1] * elementSize
    var index = [Int](repeating: 0, count: rank)
    while true {
      var source = 0
      var target = 0
      for axis in 0..<rank {
        source = source * chunk[axis] + index[axis]
        target = target * shape[axis] + piece.start[axis] + index[axis]
      }
      result.replaceSubrange(
        target * elementSize..<target * elementSize + row,
        with: bytes[source * elementSize..<source * elementSize + row])
      var axis = rank - 2
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < room[axis] { break }
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }

  static func unwritten() -> HDF5Error {
    HDF5Error(
      .unsupported, "Elements of the data set were never written.",
      fix: "write all elements of the data set")
  }
}
