import Foundation

/// A directory that is empty at first and gone at the end.
public final class TemporaryDirectory {
  /// Its path.
  public let path: String

  /// Makes it.
  public init() throws {
    path = NSTemporaryDirectory() + "sfconv-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Path of a file inside.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Names of everything inside.
  public func contents() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }
}
