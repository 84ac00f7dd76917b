import SpikeBytes
import SpikeDiagnostics

/// An IDX file of unsigned bytes, plain or gzipped: the format of MNIST and its relatives.
///
/// Layout (LeCun, Cortes, Burges, "The MNIST database of handwritten digits", section on file
/// formats): two zero bytes, element type (8 is unsigned byte), number of axes, the sizes as
/// big-endian 32-bit integers, then the elements row by row.
struct IDXFile {
  let path: String
  let sizes: [Int]
  let elements: ArraySlice<UInt8>

  /// Elements that one file may hold: 20 times the largest set of this family.
  static let maximumBytes = 1 << 32

  init(path: String, axes: ClosedRange<Int>) throws(DataError) {
    do throws(DataError) {
      let bytes = try IDXFile.contents(of: path)
      guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0 else {
        throw DataError(
          .badMagic,
          "This is not an IDX file: it starts with \(Array(bytes.prefix(4))); expected are two "
            + "zero bytes, the type and the number of axes.",
          fix: "give the files of MNIST or Fashion-MNIST as they are distributed")
      }
      guard bytes[2] == 8 else {
        throw DataError(
          .unsupported, "The IDX file has elements of type \(bytes[2]); read is 8 (unsigned byte).",
          fix: "store other types as .npz")
      }
      let rank = Int(bytes[3])
      guard axes.contains(rank) else {
        throw DataError(
          .shapeMismatch,
          "The IDX file has \(rank) axes; allowed here are \(axes.lowerBound)…\(axes.upperBound).",
          fix: "check that images and labels are not exchanged")
      }
      let start = 4 + 4 * rank
      guard bytes.count >= start else { throw IDXFile.truncated(bytes.count, start) }
      var count = 1
      sizes = (0..<rank).map { axis in
        (0..<4).reduce(0) { $0 << 8 | Int(bytes[4 + 4 * axis + $1]) }
      }
      for size in sizes {
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        count = overflow ? Int.max - start : product
      }
      guard bytes.count - start == count else {
        throw IDXFile.truncated(bytes.count, start + min(count, Int.max - start))
      }
      self.path = path
      elements = bytes[start...]
    } catch {
      throw error.located(in: Location(file: path))
    }
  }

  private static func contents(of path: String) throws(DataError) -> [UInt8] {
    let bytes = try DataFile.bytes(of: path)
    guard Array(bytes.prefix(2)) == Inflate.gzipMagic else { return bytes }
    do throws(InflateError) {
      return try Inflate.bytes(of: bytes, wrapper: .gzip, limit: maximumBytes)
    } catch {
      throw DataError(
        error.code == .truncated ? .truncated : error.code == .tooLarge ? .tooLarge : .corrupt,
        "The gzip file cannot be unpacked.", fix: error.fix, cause: error)
    }
  }

  private static func truncated(_ found: Int, _ expected: Int) -> DataError {
    DataError(
      .truncated, "The IDX file has \(found) bytes; its header announces \(expected).",
      fix: "get a fresh copy of the file")
  }
}
