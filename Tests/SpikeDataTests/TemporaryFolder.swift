import Foundation
import SpikeBytes

/// A folder that lives as long as one test.
final class TemporaryFolder {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory.appending(path: "sfconv-\(UUID().uuidString)").path
    try AtomicFile.makeDirectory(path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and returns its path.
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try AtomicFile.write(bytes, to: "\(path)/\(name)")
    return "\(path)/\(name)"
  }

  /// Writes a file into folders that are made for it, and returns its path.
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let parts = name.split(separator: "/")
    for count in parts.indices.dropFirst() {
      try AtomicFile.makeDirectory("\(path)/\(parts[..<count].joined(separator: "/"))")
    }
    return try write(bytes, name)
  }
}

/// The bytes of an IDX file.
func idx(_ sizes: [Int], _ elements: [UInt8], type: UInt8 = 8) -> [UInt8] {
  [0, 0, type, UInt8(sizes.count)]
    + sizes.flatMap { size in (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } }
    + elements
}
