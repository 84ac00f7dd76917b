import Foundation
import SpikeTestSupport
import Testing

/// One case of the command line: a folder of `Fixtures/command-line`.
///
/// `command` is run by bash in an empty folder, with `sfconv` on the PATH and `$FIXTURES` set.
/// `exit` holds the exit status; `stdout.glob` and `stderr.glob`, where present, must match the
/// whole output (`*` stands for anything); `files`, where present, lists all files that are left.
struct CommandLineCase {
  let folder: String
  var name: String { String(folder.split(separator: "/").last ?? "") }

  static var all: [String] {
    let root = FixtureLocation.path("command-line")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    return names.filter { !$0.hasSuffix(".md") }.sorted().map { "\(root)/\($0)" }
  }

  func text(_ file: String) -> String? {
    try? String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
  }

  func check() throws {
    let command = try #require(text("command"))
    let result = try Shell.run(command)
    let transcript = "\(name)\nstdout:\n\(result.output)\nstderr:\n\(result.diagnostics)"
    let status = text("exit")?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "0"
    #expect("\(result.status)" == status, "\(transcript)")
    for (file, found) in [("stdout.glob", result.output), ("stderr.glob", result.diagnostics)] {
      guard let pattern = text(file) else { continue }
      #expect(Glob.matches(found, pattern), "\(transcript)\nexpected \(file):\n\(pattern)")
    }
    if let files = text("files") {
      #expect(result.files == files.split(separator: "\n").map(String.init), "\(transcript)")
    }
  }
}

/// Runs shell commands with the sfconv that was just built.
enum Shell {
  struct Result {
    var status: Int32
    var output: String
    var diagnostics: String
    /// Names of all files left in the folder, sorted.
    var files: [String]
  }

  /// Folder of the built products: the one that holds the test program.
  static var products: String {
    let program = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    return program.deletingLastPathComponent().path
  }

  /// Runs `command` with bash in an empty folder, or in `folder` where one is given.
  static func run(_ command: String, in folder: String? = nil) throws -> Result {
    let place = try folder ?? emptyFolder()
    defer { if folder == nil { try? FileManager.default.removeItem(atPath: place) } }
    let logs = try emptyFolder()
    defer { try? FileManager.default.removeItem(atPath: logs) }
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-euo", "pipefail", "-c", command]
    process.currentDirectoryURL = URL(filePath: place)
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = "\(products):\(environment["PATH"] ?? "/usr/bin:/bin")"
    environment["FIXTURES"] = FixtureLocation.path("").trimmingCharacters(in: ["/"]).withSlash
    process.environment = environment
    // Files, not pipes: a full pipe would block the program under test.
    for name in ["out", "err"] {
      _ = FileManager.default.createFile(atPath: "\(logs)/\(name)", contents: nil)
    }
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: "\(logs)/out"))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: "\(logs)/err"))
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus,
      output: try String(contentsOfFile: "\(logs)/out", encoding: .utf8),
      diagnostics: try String(contentsOfFile: "\(logs)/err", encoding: .utf8),
      files: try FileManager.default.subpathsOfDirectory(atPath: place).sorted())
  }

  /// A new empty folder in the system's place for temporary files.
  static func emptyFolder() throws -> String {
    let url = FileManager.default.temporaryDirectory.appending(path: "sfconv-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url.path
  }
}

extension String {
  fileprivate var withSlash: String { "/" + self }
}

/// Patterns in which `*` stands for any text, line breaks included.
enum Glob {
  static func matches(_ text: String, _ pattern: String) -> Bool {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
    guard parts.count > 1 else { return text == pattern }
    guard text.hasPrefix(parts[0]), text.hasSuffix(parts[parts.count - 1]) else { return false }
    var rest = text.dropFirst(parts[0].count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let range = rest.range(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return rest.count >= parts[parts.count - 1].count
  }
}
