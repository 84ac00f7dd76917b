import Foundation
import SpikeTestSupport

/// Readers of NIR in a Python environment (Scripts/setup-vendors.sh nir).
enum NIRReader: String, CaseIterable, Sendable {
  case norse, snntorch, spikingjelly, sinabs, rockpool

  private static let variables = ProcessInfo.processInfo.environment

  /// The environment's Python, or nil where it has not been set up.
  static let python: String? = {
    let candidates = [
      variables["SFCONV_NIR"].map { "\($0)/bin/python" },
      "\(FixtureLocation.repository)/.build-vendors/nir/bin/python",
    ]
    return candidates.compactMap { $0 }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  static let advice =
    "the vendor environment is missing; set it up with Scripts/setup-vendors.sh nir (or set "
    + "SFCONV_NIR to its directory)"

  /// What a reader made of one file.
  struct Answer: Decodable {
    /// Outputs of each step.
    let outputs: [[Double]]
    /// Weights that the metadata give back, or -1.
    let weights: Int
  }

  /// Runs files, each with the same input in every step.
  func run(_ jobs: [(path: String, shape: [Int], values: [Int32], steps: Int)]) throws -> [Answer] {
    let directory = try TemporaryDirectory()
    let list = "\(directory.path)/jobs.json"
    let objects: [[String: Any]] = jobs.map {
      [
        "nir": $0.path, "shape": $0.shape, "values": $0.values.map(Int.init), "steps": $0.steps,
        "reader": rawValue,
      ]
    }
    try JSONSerialization.data(withJSONObject: objects).write(to: URL(filePath: list))
    let process = Process()
    process.executableURL = URL(filePath: Self.python ?? "")
    process.arguments = ["\(FixtureLocation.repository)/Scripts/vendors/run_nir.py", list]
    let output = Pipe()
    let log = "\(directory.path)/log"
    try Data().write(to: URL(filePath: log))
    process.standardOutput = output
    process.standardError = FileHandle(forWritingAtPath: log)
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
      throw Failure(
        description: "\(rawValue) ended with \(process.terminationStatus): \(text.suffix(2000))")
    }
    return try JSONDecoder().decode([Answer].self, from: data)
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }
}
