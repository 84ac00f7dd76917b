import SpikeBytes
import SpikeDiagnostics

/// Files of data sets, with errors in the words of this station.
enum DataFile {
  static func map(_ path: String) throws(DataError) -> MappedFile {
    do throws(FileError) {
      return try MappedFile(path: path)
    } catch {
      throw DataError(
        error.code == .notFound ? .notFound : .notReadable, error.message,
        at: error.location, fix: error.fix)
    }
  }

  /// A copy of a file of up to `limit` bytes.
  static func bytes(of path: String, limit: Int = .max) throws(DataError) -> [UInt8] {
    let file = try map(path)
    guard file.count <= limit else {
      throw DataError(
        .tooLarge, "The file has \(file.count) bytes; read are up to \(limit).",
        at: Location(file: path), fix: "make the file smaller, or several of it")
    }
    return file.bytes(in: 0..<file.count)
  }

  static func exists(_ path: String) -> Bool { (try? MappedFile(path: path)) != nil }

  static func isDirectory(_ path: String) -> Bool {
    do throws(FileError) {
      _ = try MappedFile(path: path)
      return false
    } catch {
      return error.code == .notRegular
    }
  }
}
