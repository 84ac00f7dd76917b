import SpikeDiagnostics

/// An attribute in an object header (File Format Specification 3.0, IV.A.2.m).
struct HDF5Attribute {
  let name: String
  let bytes: [UInt8]
  private let shape: [Int]
  private let type: HDF5Datatype
  private let count: Int

  /// Reads an attribute message; nil for attributes with elements that are not read (shared types,
  /// references and the like), which say nothing that a network needs.
  /// - Throws: `hdf5.malformed`, `hdf5.truncated`, `hdf5.too-large`.
  init?(
    _ file: [UInt8], _ message: HDF5ObjectHeader.Message, _ widths: HDF5Cursor.Widths
  ) throws(HDF5Error) {
    var cursor = try HDF5Cursor(file, at: message.start, count: message.count, widths)
    let version = try cursor.integer(1)
    let flags = try cursor.integer(1)
    guard (1...3).contains(version), version == 1 || flags == 0 else { return nil }
    let sizes = [try cursor.integer(2), try cursor.integer(2), try cursor.integer(2)]
    if version == 3 { try cursor.skip(1) }
    // Version 1 fills each part up to a multiple of 8 bytes.
    func held(_ size: Int) -> Int { version == 1 ? (size + 7) / 8 * 8 : size }
    var parts: [HDF5Cursor] = []
    for size in sizes {
      parts.append(try HDF5Cursor(file, at: cursor.offset, count: size, widths))
      try cursor.skip(held(size))
    }
    name = try parts[0].text()
    do throws(HDF5Error) {
      type = try HDF5Datatype(&parts[1])
      guard let found = try HDF5Dataspace.shape(&parts[2]) else { return nil }
      shape = found
    } catch {
      guard error.code == .unsupported else { throw error }
      return nil
    }
    count = try HDF5Dataspace.count(shape)
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: type.size)
    guard !overflow else {
      throw HDF5Error(
        .tooLarge, "The attribute '\(name.prefix(64))' has the shape \(shape).",
        fix: "get a fresh copy of the file")
    }
    bytes = Array(try cursor.take(byteCount))
  }

  /// The elements.
  /// - Throws: `hdf5.malformed`, `hdf5.truncated` where texts lie outside their heap.
  func dataset(
    _ heap: inout HDF5GlobalHeap, _ widths: HDF5Cursor.Widths
  ) throws(HDF5Error) -> HDF5Dataset {
    HDF5Dataset(shape: shape, try HDF5Elements(type, bytes, count).values(&heap, widths))
  }
}
