import Foundation
import SpikeExport
import SpikeTestSupport

/// sinabs, where it is installed.
enum SpeckTool {
  private static let variables = ProcessInfo.processInfo.environment
  static let isRequired = !["", "false", "0"].contains(variables["CI"] ?? "")

  static let python: String? = {
    let candidates = [
      variables["SFCONV_NIR"].map { "\($0)/bin/python" },
      "\(FixtureLocation.repository)/.build-vendors/nir/bin/python",
    ]
    return candidates.compactMap { $0 }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  static let advice =
    "sinabs is missing; set it up with Scripts/setup-vendors.sh nir (or set SFCONV_NIR to its "
    + "directory)"

  /// Values by case and file, and what failed by case.
  static func run(
    _ cases: [SpeckCase], python: String, folder: String
  ) throws -> (values: [String: [String: [Int32]]], problems: [String: String]) {
    var jobs: [[String: Any]] = []
    for (number, test) in cases.enumerated() {
      let paths = try NativeExport.write(
        test.written, target: test.chip, directory: "\(folder)/\(number)")
      let path = paths.first ?? ""
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try test.edit(text).write(toFile: path, atomically: true, encoding: .utf8)
      var bytes = Data()
      for value in test.columns {
        for place in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value >> Int32(8 * place))) }
      }
      try bytes.write(to: URL(filePath: "\(folder)/\(number).input"))
      jobs.append([
        "config": path, "input": "\(folder)/\(number).input", "shape": test.shape,
        "output": "\(folder)/\(number)",
      ])
    }
    try JSONSerialization.data(withJSONObject: jobs).write(
      to: URL(filePath: "\(folder)/jobs.json"))
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = [
      "\(FixtureLocation.repository)/Scripts/vendors/run_speck.py", "\(folder)/jobs.json",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let lines = text.split(separator: "\n").map(String.init)
    var values: [String: [String: [Int32]]] = [:]
    var problems: [String: String] = [:]
    for (number, test) in cases.enumerated() {
      let prefix = "\(folder)/\(number)"
      guard lines.contains("ok \(prefix)") else {
        problems[test.name] =
          lines.first { $0.hasPrefix("failed \(prefix):") }
          ?? "run_speck.py ended with \(process.terminationStatus)"
        continue
      }
      for name in test.expected.keys {
        let bytes = Array(FileManager.default.contents(atPath: "\(prefix).\(name)") ?? Data())
        values[test.name, default: [:]][name] = stride(from: 0, to: bytes.count - 3, by: 4).map {
          start in
          Int32(
            bitPattern: (0..<4).reduce(UInt32(0)) {
              $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1)
            })
        }
      }
    }
    return (values, problems)
  }
}
