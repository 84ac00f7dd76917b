import SpikeDiagnostics

/// The heaps in which texts and sequences of varying length lie (File Format Specification 3.0, III.E).
struct HDF5GlobalHeap {
  private let file: [UInt8]
  private let widths: HDF5Cursor.Widths
  /// Where the objects of the collections that were looked at lie, by collection and number.
  private var collections: [Int: [Int: Range<Int>]] = [:]
  /// Bytes that may still be taken: no object of a sound file belongs to two elements.
  private var bytesLeft: Int

  init(_ file: [UInt8], _ widths: HDF5Cursor.Widths) {
    self.file = file
    self.widths = widths
    bytesLeft = file.count
  }

  /// The text that an element refers to.
  mutating func text(
    _ elements: [UInt8], at start: Int, count: Int
  ) throws(HDF5Error) -> String {
    let found = try bytes(elements, at: start, count: count, itemSize: 1)
    return String(decoding: found.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// The bytes that an element refers to.
  /// - Parameters:
  ///   - elements: bytes of a data set.
  ///   - start: where the element lies in them: length, address of the collection, number of the
  ///     object.
  ///   - count: bytes of the element.
  ///   - itemSize: bytes of what its length counts.
  /// - Throws: `hdf5.malformed`, `hdf5.truncated`.
  mutating func bytes(
    _ elements: [UInt8], at start: Int, count: Int, itemSize: Int
  ) throws(HDF5Error) -> ArraySlice<UInt8> {
    var element = try HDF5Cursor(elements, at: start, count: count, widths)
    let length = try element.integer(4) * itemSize
    let position = try element.take(widths.offset).reversed().reduce(UInt64(0)) {
      $0 << 8 | UInt64($1)
    }
    let number = try element.integer(4)
    guard length > 0, position > 0 else { return [] }
    guard let relative = Int(exactly: position), relative <= file.count - widths.base else {
      throw HDF5Error(
        .truncated,
        "An element lies in a heap at address \(position); the file has \(file.count) bytes.",
        fix: "get a fresh copy of the file")
    }
    let address = relative + widths.base
    let objects: [Int: Range<Int>]
    if let known = collections[address] {
      objects = known
    } else {
      objects = try read(address)
      collections[address] = objects
    }
    guard let range = objects[number], length <= range.count, length <= bytesLeft else {
      throw HDF5Error(
        .malformed, "An element of \(length) bytes is not in the heap at \(address), or not alone.",
        fix: "get a fresh copy of the file")
    }
    bytesLeft -= length
    return file[range.lowerBound..<range.lowerBound + length]
  }

  private func read(_ address: Int) throws(HDF5Error) -> [Int: Range<Int>] {
    var head = try HDF5Cursor(file, at: address, widths)
    try head.expect("GCOL")
    try head.skip(4)
    let size = try head.length()
    let used = head.offset - address
    guard size >= used else {
      throw HDF5Error(
        .malformed, "A heap of \(size) bytes.", fix: "get a fresh copy of the file")
    }
    var objects: [Int: Range<Int>] = [:]
    var cursor = try HDF5Cursor(file, at: head.offset, count: size - used, widths)
    while cursor.remaining >= 8 + widths.length {
      let number = try cursor.integer(2)
      try cursor.skip(6)
      let count = try cursor.length()
      // Object 0 is the room that is left.
      if number == 0 { break }
      let held = min(count, cursor.remaining)
      objects[number] = cursor.offset..<cursor.offset + held
      try cursor.skip(min((held + 7) / 8 * 8, cursor.remaining))
    }
    return objects
  }
}
