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

  static func bytes(of path: String) throws(DataError) -> [UInt8] {
    let file = try map(path)
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
