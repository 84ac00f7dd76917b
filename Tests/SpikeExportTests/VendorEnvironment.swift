import Foundation
import SpikeTestSupport

/// The Python environment with the vendors' packages (Scripts/setup-vendors.sh).
enum VendorEnvironment {
  private static let variables = ProcessInfo.processInfo.environment

  /// Whether a missing environment is a failure.
  static let isRequired = !["", "false", "0"].contains(variables["CI"] ?? "")

  /// The environment's Python, or nil where it has not been set up.
  static let python: String? = {
    let candidates = [
      variables["SFCONV_VENDORS"].map { "\($0)/bin/python" },
      "\(FixtureLocation.repository)/.build-vendors/lava/bin/python",
    ]
    return candidates.compactMap { $0 }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  static let advice =
    "the vendor environment is missing; set it up with Scripts/setup-vendors.sh (or set "
    + "SFCONV_VENDORS to its directory)"

  /// Runs a script of `Scripts/vendors` and returns its output.
  static func run(_ script: String, _ arguments: [String]) throws -> (text: String, status: Int32) {
    let process = Process()
    process.executableURL = URL(filePath: python ?? "")
    process.arguments =
      ["\(FixtureLocation.repository)/Scripts/vendors/\(script)"] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (String(decoding: data, as: UTF8.self), process.terminationStatus)
  }
}

/// A directory that is removed when the value goes.
final class TemporaryDirectory {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(
      path: "sfconv-export-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
