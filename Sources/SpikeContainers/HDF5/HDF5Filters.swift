import SpikeBytes
import SpikeDiagnostics

/// What was done to the pieces of a data set before they were written (File Format Specification
/// 3.0, IV.A.2.l): compression by deflate, shuffled bytes, checksums.
struct HDF5Filters {
  private enum Filter: Int {
    case deflate = 1
    case shuffle = 2
    case fletcher32 = 3
  }

  private var filters: [Filter] = []

  /// No filters.
  init() {}

  /// Reads a filter message.
  /// - Throws: `hdf5.unsupported` for other filters, `hdf5.malformed`, `hdf5.truncated`.
  init(_ cursor: inout HDF5Cursor) throws(HDF5Error) {
    let version = try cursor.integer(1)
    let count = try cursor.integer(1)
    guard (1...2).contains(version), count <= 32 else {
      throw HDF5Error(
        .unsupported, "\(count) filters of version \(version); read are up to 32 of 1 and 2.",
        fix: "write the data set without filters")
    }
    if version == 1 { try cursor.skip(6) }
    for _ in 0..<count {
      let number = try cursor.integer(2)
      var nameCount = version == 1 || number >= 256 ? try cursor.integer(2) : 0
      if version == 1 { nameCount = (nameCount + 7) / 8 * 8 }
      try cursor.skip(2)
      let values = try cursor.integer(2)
      try cursor.skip(nameCount)
      try cursor.skip(4 * values)
      if version == 1, values % 2 == 1 { try cursor.skip(4) }
      guard let filter = Filter(rawValue: number) else {
        throw HDF5Error(
          .unsupported,
          "The data set went through filter \(number); read are deflate (1), shuffle (2) and "
            + "fletcher32 (3).", fix: "write the data set with compression='gzip' or without")
      }
      filters.append(filter)
    }
  }

  var isEmpty: Bool { filters.isEmpty }

  /// The bytes as they were before the filters.
  /// - Parameters:
  ///   - count: how many there must be.
  ///   - mask: bit k is set where filter k was left out.
  /// - Throws: `hdf5.malformed`, `hdf5.bad-checksum`.
  func undone(
    _ stored: [UInt8], count: Int, elementSize: Int, mask: Int
  ) throws(HDF5Error) -> [UInt8] {
    var bytes = stored
    for (index, filter) in filters.enumerated().reversed() where mask >> index & 1 == 0 {
      switch filter {
      case .deflate: bytes = try HDF5Filters.inflated(bytes, limit: count + 4 * filters.count)
      case .shuffle: bytes = HDF5Filters.unshuffled(bytes, elementSize)
      case .fletcher32:
        guard bytes.count >= 4 else { throw damaged("ends before its checksum", nil) }
        let sum = bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        bytes.removeLast(4)
        guard sum == HDF5Checksum.fletcher32(bytes[...]) else {
          throw HDF5Error(
            .badChecksum, "A piece of the data does not have its checksum.",
            fix: "get a fresh copy of the file")
        }
      }
    }
    guard bytes.count == count else {
      throw damaged("has \(bytes.count) bytes instead of \(count)", nil)
    }
    return bytes
  }

  /// A zlib stream (RFC 1950): two bytes in front of the deflated ones, Adler-32 behind them.
  private static func inflated(_ bytes: [UInt8], limit: Int) throws(HDF5Error) -> [UInt8] {
    guard bytes.count >= 6, bytes[0] & 0x0F == 8, bytes[1] & 0x20 == 0,
      (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0
    else {
      throw HDF5Filters().damaged("is no zlib stream", nil)
    }
    let result: [UInt8]
    do throws(InflateError) {
      result = try Inflate.bytes(
        of: Array(bytes[2..<bytes.count - 4]), wrapper: .none, limit: limit)
    } catch {
      throw HDF5Filters().damaged("cannot be inflated", error)
    }
    let stored = bytes.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard stored == adler32(result) else {
      throw HDF5Error(
        .badChecksum, "A compressed piece of the data does not have its checksum.",
        fix: "get a fresh copy of the file")
    }
    return result
  }

  private static func adler32(_ bytes: [UInt8]) -> UInt32 {
    var low: UInt32 = 1
    var high: UInt32 = 0
    for byte in bytes {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return high << 16 | low
  }

  /// The shuffle filter puts all first bytes of the elements first, then all second bytes, and so on;
  /// bytes that fill no element stay at the end.
  private static func unshuffled(_ bytes: [UInt8], _ size: Int) -> [UInt8] {
    let count = size > 0 ? bytes.count / size : 0
    guard size > 1, count > 1 else { return bytes }
    var result = bytes
    for place in 0..<size {
      for element in 0..<count { result[element * size + place] = bytes[place * count + element] }
    }
    return result
  }

  private func damaged(_ what: String, _ cause: InflateError?) -> HDF5Error {
    HDF5Error(
      .malformed, "A piece of the data \(what).", fix: "get a fresh copy of the file",
      cause: cause)
  }
}
