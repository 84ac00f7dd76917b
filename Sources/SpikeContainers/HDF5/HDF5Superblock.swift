import SpikeDiagnostics

/// The first bytes of an HDF5 file (File Format Specification 3.0, II.A): widths and the root.
struct HDF5Superblock {
  /// The first eight bytes of every HDF5 file.
  static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  var widths = HDF5Cursor.Widths()
  /// Address of the root group's object header.
  var root = 0

  /// - Throws: `hdf5.not-hdf5`, `hdf5.unsupported`, `hdf5.truncated`, `hdf5.malformed`,
  ///   `hdf5.bad-checksum`.
  init(_ file: [UInt8]) throws(HDF5Error) {
    guard let start = HDF5Superblock.start(in: file) else {
      throw HDF5Error(
        .notHDF5, "This is not an HDF5 file: it does not start with \\x89HDF.",
        fix: "check that the file is what its name says and was fetched whole")
    }
    var cursor = try HDF5Cursor(file, at: start + 8, widths)
    let version = try cursor.integer(1)
    guard version <= 3 else {
      throw HDF5Error(
        .unsupported, "The superblock has version \(version); read are 0 to 3.",
        fix: "write the file with h5py's libver='earliest'")
    }
    if version < 2 { try cursor.skip(4) }
    widths.offset = try cursor.integer(1)
    widths.length = try cursor.integer(1)
    guard [2, 4, 8].contains(widths.offset), [2, 4, 8].contains(widths.length) else {
      throw HDF5Error(
        .malformed,
        "Addresses of \(widths.offset) and sizes of \(widths.length) bytes; allowed are 2, 4 and 8.",
        fix: "get a fresh copy of the file")
    }
    cursor = try HDF5Cursor(file, at: cursor.offset, widths)
    switch version {
    case 0: try cursor.skip(1 + 8)
    case 1: try cursor.skip(1 + 12)
    default: try cursor.skip(1)
    }
    // A user block may stand in front of the file proper; addresses then count from behind it.
    guard let base = try cursor.address(), base == start || base == 0 else {
      throw HDF5Error(
        .malformed, "The addresses of the file count from nowhere.",
        fix: "get a fresh copy of the file")
    }
    widths.base = base
    cursor = try HDF5Cursor(file, at: cursor.offset, widths)
    try cursor.skip(widths.offset)
    try cursor.skip(widths.offset)
    if version < 2 { try cursor.skip(2 * widths.offset) }
    guard let root = try cursor.address() else {
      throw HDF5Error(
        .malformed, "The file has no root group.", fix: "get a fresh copy of the file")
    }
    self.root = root
    if version >= 2 {
      try HDF5Checksum.check(file, from: start, to: cursor.offset)
    }
  }

  /// The signature stands at 0, or behind a user block of 512, 1024, … bytes.
  private static func start(in file: [UInt8]) -> Int? {
    var start = 0
    while start + 8 <= file.count {
      if file[start..<start + 8].elementsEqual(signature) { return start }
      start = start == 0 ? 512 : 2 * start
    }
    return nil
  }
}
