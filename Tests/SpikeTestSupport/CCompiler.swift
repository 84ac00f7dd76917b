import Foundation

/// The system's C compiler, for programs that sfconv writes.
public enum CCompiler {
  private static let variables = ProcessInfo.processInfo.environment

  /// Whether a missing compiler is a failure.
  public static let isRequired = !["", "false", "0"].contains(variables["CI"] ?? "")

  /// gcc, or nil where there is none.
  public static let path: String? = (variables["PATH"] ?? "/usr/bin").split(separator: ":")
    .map { "\($0)/gcc" }.first { FileManager.default.isExecutableFile(atPath: $0) }

  /// What to say where there is none.
  public static let advice = "gcc is missing; install it with apt-get install gcc"

  /// The flags under which a written program must compile and run.
  public static let strictFlags = [
    "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion", "-Wsign-conversion",
    "-Wshadow", "-Wstrict-prototypes", "-Wmissing-prototypes", "-O1", "-g0",
    "-fsanitize=undefined,address", "-fno-sanitize-recover",
  ]

  /// Runs a program in a folder and returns what it printed.
  public static func run(
    _ program: String, _ arguments: [String], in folder: String
  ) throws -> (output: String, diagnostics: String, status: Int32) {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: folder)
    // Through files: a pipe would fill up while the other is read.
    let paths = ["\(folder)/output.txt", "\(folder)/diagnostics.txt"]
    for path in paths { try Data().write(to: URL(filePath: path)) }
    let handles = paths.compactMap { FileHandle(forWritingAtPath: $0) }
    process.standardOutput = handles[0]
    process.standardError = handles[1]
    try process.run()
    process.waitUntilExit()
    let texts = try paths.map {
      String(decoding: try Data(contentsOf: URL(filePath: $0)), as: UTF8.self)
    }
    return (texts[0], texts[1], process.terminationStatus)
  }
}
