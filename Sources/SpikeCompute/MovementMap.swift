import CSpikeKernels

/// Where each block of a row comes from: the one form of every reshape, transpose, pad, slice and
/// concatenation. Checked once, used for every row of every batch.
public final class MovementMap: Sendable {
  /// Blocks of a result row.
  public let entries: Int
  /// Floats that move together, for example the channels of a pixel.
  public let block: Int
  /// Blocks of a source row.
  public let sourceBlocks: Int
  let indices: IndexBuffer

  /// Makes a map: block j of a result row is block `indices[j]` of the source row, or a constant
  /// where `indices[j]` is -1. Other indices must be inside 0..<sourceBlocks.
  public init(_ indices: [Int], block: Int = 1, sourceBlocks: Int) {
    precondition(block >= 1 && sourceBlocks >= 0, "\(sourceBlocks) blocks of \(block)")
    precondition(
      indices.allSatisfy { $0 >= -1 && $0 < sourceBlocks },
      "a map entry is outside 0..<\(sourceBlocks)")
    entries = indices.count
    self.block = block
    self.sourceBlocks = sourceBlocks
    self.indices = IndexBuffer(indices)
  }

  /// The map back, if no source block is used twice: gathering with it (constant 0) is the
  /// gradient of this map, and faster than adding. nil if a source block is used twice.
  public var inverse: MovementMap? {
    var back = [Int](repeating: -1, count: sourceBlocks)
    for entry in 0..<entries where indices[entry] >= 0 {
      guard back[indices[entry]] == -1 else { return nil }
      back[indices[entry]] = entry
    }
    return MovementMap(back, block: block, sourceBlocks: entries)
  }
}

extension Kernels {
  /// Fills rows of y from rows of x by a map.
  ///
  /// - Parameters:
  ///   - x: [rows][map.sourceBlocks · map.block].
  ///   - y: rows that begin every `rowLength` floats (nil: they are dense); the map's floats are
  ///     written from `offset` of each row, so that several sources fill one concatenation.
  ///   - constant: value of entries of -1.
  public static func gather(
    _ map: MovementMap, rows: Int, from x: FloatView, into y: FloatView, offset: Int = 0,
    rowLength: Int? = nil, constant: Float = 0
  ) {
    let stride = check(map, rows, x, y, offset, rowLength)
    unsafe spk_gather(
      Int64(rows), Int64(map.entries), Int64(map.block), Int64(map.sourceBlocks * map.block),
      Int64(stride), map.indices.all.constant, constant, x.constant, y.start + offset)
  }

  /// The gradient of ``gather(_:rows:from:into:offset:rowLength:constant:)``: adds dy to the
  /// places of dx that its entries came from, in order of the entries. Does not clear dx.
  public static func scatterAdd(
    _ map: MovementMap, rows: Int, from dy: FloatView, into dx: FloatView, offset: Int = 0,
    rowLength: Int? = nil
  ) {
    let stride = check(map, rows, dx, dy, offset, rowLength)
    unsafe spk_scatter_add(
      Int64(rows), Int64(map.entries), Int64(map.block), Int64(map.sourceBlocks * map.block),
      Int64(stride), map.indices.all.constant, dy.constant + offset, dx.start)
  }

  /// Copies `row` into every row of y.
  public static func repeatRows(_ row: FloatView, into y: FloatView) {
    precondition(row.count >= 1 && y.count % row.count == 0, "\(y.count) in rows of \(row.count)")
    for start in stride(from: 0, to: y.count, by: row.count) {
      unsafe (y.start + start).update(from: row.constant, count: row.count)
    }
  }

  private static func check(
    _ map: MovementMap, _ rows: Int, _ x: FloatView, _ y: FloatView, _ offset: Int,
    _ rowLength: Int?
  ) -> Int {
    let written = map.entries * map.block
    let stride = rowLength ?? written
    precondition(rows >= 0 && x.count == rows * map.sourceBlocks * map.block, "source rows")
    precondition(
      offset >= 0 && offset + written <= max(stride, written) && y.count == rows * stride,
      "\(rows) rows of \(stride) floats do not fit \(y.count)")
    return stride
  }
}
