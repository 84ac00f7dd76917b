import Foundation

/// Inputs as files, for readers that take a path: each process has a folder of its own, in memory where
/// the system offers that.
enum InputFile {
  private static let folder: String = {
    let isInMemory = FileManager.default.isWritableFile(atPath: "/dev/shm")
    let root = isInMemory ? "/dev/shm" : FileManager.default.temporaryDirectory.path
    let path = "\(root)/sfconv-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
    try? FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(atPath: InputFile.folder) }
    return path
  }()

  /// A file of these bytes; the next call with the same name replaces it.
  static func holding(_ bytes: [UInt8], named name: String) throws -> String {
    let path = "\(folder)/\(name)"
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
      throw CocoaError(.fileWriteUnknown)
    }
    return path
  }

  /// A folder that holds files of these bytes, by paths inside it.
  static func folder(_ name: String, holding files: [String: [UInt8]]) throws -> String {
    let path = "\(folder)/\(name)"
    for (file, bytes) in files {
      let place = "\(name)/\(file)"
      let parent = place.split(separator: "/").dropLast().joined(separator: "/")
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(parent)", withIntermediateDirectories: true)
      _ = try holding(bytes, named: place)
    }
    return path
  }
}
