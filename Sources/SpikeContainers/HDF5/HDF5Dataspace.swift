import SpikeDiagnostics

/// The shape of a data set (File Format Specification 3.0, IV.A.2.b).
enum HDF5Dataspace {
  /// Sizes, outermost first; empty for a scalar, nil for the null space, which has no elements.
  /// - Throws: `hdf5.malformed`, `hdf5.truncated`, `hdf5.unsupported`.
  static func shape(_ cursor: inout HDF5Cursor) throws(HDF5Error) -> [Int]? {
    let version = try cursor.integer(1)
    let rank = try cursor.integer(1)
    let flags = try cursor.integer(1)
    switch version {
    case 1: try cursor.skip(5)
    case 2: if try cursor.integer(1) == 2 { return nil }
    default:
      throw HDF5Error(
        .unsupported, "The shape has version \(version); read are 1 and 2.",
        fix: "write the file with h5py's libver='earliest'")
    }
    guard rank <= 32, flags & ~0x01 == 0 || version == 1 else {
      throw HDF5Error(
        .malformed, "A shape of \(rank) axes; allowed are 0 to 32.",
        fix: "get a fresh copy of the file")
    }
    var shape: [Int] = []
    for _ in 0..<rank { shape.append(try cursor.length()) }
    return shape
  }

  /// Number of elements, with every product checked, also those that a size of 0 would hide.
  /// - Throws: `hdf5.too-large`.
  static func count(_ shape: [Int]) throws(HDF5Error) -> Int {
    var count = 1
    var hasZero = false
    for size in shape {
      if size == 0 {
        hasZero = true
        continue
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow else {
        throw HDF5Error(
          .tooLarge, "The shape \(shape) has more elements than 64 bits can count.",
          fix: "get a fresh copy of the file")
      }
      count = product
    }
    return hasZero ? 0 : count
  }
}
