import SpikeDiagnostics

/// What the elements of a data set are (File Format Specification 3.0, IV.A.2.d).
struct HDF5Datatype: Equatable {
  /// The kinds that are read.
  indirect enum Kind: Equatable {
    case integer(isSigned: Bool)
    case float
    /// Texts of one length, with what fills them up.
    case fixedText(isSpacePadded: Bool)
    /// A length and a place in a heap.
    case text
    /// As texts, with elements of a type of their own: numbers.
    case sequence(HDF5Datatype)
  }

  var kind: Kind
  /// Bytes of one element as it is stored.
  var size: Int
  var isBigEndian = false

  /// Reads a datatype message.
  /// - Throws: `hdf5.unsupported` for every other class, `hdf5.malformed`, `hdf5.truncated`.
  init(_ cursor: inout HDF5Cursor) throws(HDF5Error) {
    let head = try cursor.integer(1)
    let bits = try cursor.integer(3)
    size = try cursor.integer(4)
    let isBoolean = head & 0x0F == 8
    switch head & 0x0F {
    case 0:
      kind = .integer(isSigned: bits & 0x08 != 0)
      isBigEndian = bits & 1 != 0
      let (offset, precision) = (try cursor.integer(2), try cursor.integer(2))
      guard [1, 2, 4, 8].contains(size), offset == 0, precision == 8 * size else {
        throw HDF5Datatype.unsupported("integers of \(precision) bits in \(size) bytes")
      }
    case 1:
      kind = .float
      isBigEndian = bits & 1 != 0
      try checkFloat(&cursor, bits)
    case 3:
      kind = .fixedText(isSpacePadded: bits & 0x0F == 2)
    case 8:
      // Python's bool: an enumeration over bytes, read as the bytes.
      kind = .integer(isSigned: true)
      let members = bits & 0xFFFF
      guard members <= 256, size == 1 else {
        throw HDF5Datatype.unsupported("enumerations of \(members) members in \(size) bytes")
      }
      let base = try cursor.integer(1)
      guard base & 0x0F == 0 else { throw HDF5Datatype.unsupported("enumerations of no integers") }
    case 9:
      kind = bits & 0x0F == 1 ? .text : .sequence(try HDF5Datatype.base(&cursor))
    case let other: throw HDF5Datatype.unsupported(HDF5Datatype.name(other))
    }
    guard size > 0, size <= 1 << 20 || isBoolean else {
      throw HDF5Error(
        .malformed, "An element has \(size) bytes; allowed are 1 to \(1 << 20).",
        fix: "get a fresh copy of the file")
    }
  }

  /// The elements of sequences.
  private static func base(_ cursor: inout HDF5Cursor) throws(HDF5Error) -> HDF5Datatype {
    // Read by its first byte, so that sequences of sequences do not nest without end.
    var ahead = cursor
    guard [0, 1].contains(try ahead.integer(1) & 0x0F) else {
      throw unsupported("sequences of other than integers and real numbers")
    }
    return try HDF5Datatype(&cursor)
  }

  private func checkFloat(_ cursor: inout HDF5Cursor, _ bits: Int) throws(HDF5Error) {
    let layout = [
      try cursor.integer(2), try cursor.integer(2), try cursor.integer(1), try cursor.integer(1),
      try cursor.integer(1), try cursor.integer(1), try cursor.integer(4),
    ]
    // Bit offset, precision; place and width of exponent and mantissa; bias: IEEE 754.
    let known: [Int: [Int]] = [
      2: [0, 16, 10, 5, 0, 10, 15], 4: [0, 32, 23, 8, 0, 23, 127],
      8: [0, 64, 52, 11, 0, 52, 1023],
    ]
    guard known[size] == layout, bits & 0x40 == 0 else {
      throw HDF5Datatype.unsupported("real numbers of \(size) bytes that are not those of IEEE 754")
    }
  }

  private static func name(_ kind: Int) -> String {
    [
      2: "times", 4: "bit fields", 5: "opaque bytes", 6: "compounds", 7: "references", 10: "arrays",
    ][
      kind] ?? "elements of class \(kind)"
  }

  static func unsupported(_ what: String) -> HDF5Error {
    HDF5Error(
      .unsupported,
      "The data set has \(what); read are integers, real numbers, bool, texts and "
        + "sequences of numbers.",
      fix: "leave the data set out, or convert it to float32 or integers")
  }
}
