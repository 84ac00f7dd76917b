import SpikeBytes

/// Writes arrays of int32 as a `.npz` file: a ZIP archive of uncompressed `.npy` entries.
///
/// Formats: NEP 1 (`.npy` version 1.0) and PKWARE's APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.16.
/// Dates are the first that ZIP can say, so that the same arrays are the same bytes.
package enum NPZWriter {
  /// The archive; names without `.npy`, shapes that fit their values.
  /// - Complexity: O(values).
  package static func archive(
    _ arrays: [(name: String, shape: [Int], values: [Int32])]
  ) -> [UInt8] {
    var file = ByteWriter()
    var directory = ByteWriter()
    for array in arrays {
      let content = npy(array.shape, array.values)
      let name = Array("\(array.name).npy".utf8)
      let offset = file.count
      file.append(UInt32(0x0403_4B50))
      appendCommon(content, name, to: &file)
      file.append(name)
      file.append(content)
      directory.append(UInt32(0x0201_4B50))
      directory.append(UInt16(20))  // made by version 2.0
      appendCommon(content, name, to: &directory)
      directory.append([UInt8](repeating: 0, count: 10))  // comment, disk, attributes
      directory.append(UInt32(offset))
      directory.append(name)
    }
    let start = file.count
    file.append(directory.bytes)
    file.append(UInt32(0x0605_4B50))
    file.append(UInt32(0))  // one disk
    for _ in 0..<2 { file.append(UInt16(arrays.count)) }
    file.append(UInt32(directory.count))
    file.append(UInt32(start))
    file.append(UInt16(0))
    return file.bytes
  }

  /// What local header and directory share, from the version needed to the length of the extra
  /// field.
  private static func appendCommon(
    _ content: [UInt8], _ name: [UInt8], to writer: inout ByteWriter
  ) {
    writer.append(UInt16(20))
    writer.append(UInt16(0))  // flags
    writer.append(UInt16(0))  // stored
    writer.append(UInt16(0))  // midnight
    writer.append(UInt16(1 << 5 | 1))  // 1 January 1980
    writer.append(Checksum.crc32(content))
    writer.append(UInt32(content.count))
    writer.append(UInt32(content.count))
    writer.append(UInt16(name.count))
    writer.append(UInt16(0))
  }

  private static func npy(_ shape: [Int], _ values: [Int32]) -> [UInt8] {
    precondition(shape.reduce(1, *) == values.count, "values for another shape")
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = "{'descr': '<i4', 'fortran_order': False, 'shape': (\(sizes)), }"
    // Ten bytes in front; values begin at a multiple of 64.
    let length = (header.utf8.count + 1 + 10 + 63) / 64 * 64 - 10
    header += String(repeating: " ", count: length - header.utf8.count - 1) + "\n"
    var writer = ByteWriter()
    writer.append([0x93] + Array("NUMPY".utf8) + [1, 0])
    writer.append(UInt16(length))
    writer.append(Array(header.utf8))
    for value in values { writer.append(value) }
    return writer.bytes
  }
}
