import Foundation
import SpikeTestSupport
import Testing

@Suite("The README")
struct ReadmeTests {
  /// Commands of the README's shell blocks that call sfconv, continued lines joined.
  static func commands() throws -> [String] {
    let text = try FixtureLocation.text("README.md")
    var commands: [String] = []
    for block in text.matches(of: /```sh\n([\s\S]*?)```/) {
      let joined = String(block.1).replacing("\\\n", with: " ")
      commands += joined.split(separator: "\n").map(String.init).filter { $0.hasPrefix("sfconv ") }
    }
    return commands
  }

  @Test("its commands run as written, on few samples, one after the other")
  func run() throws {
    let commands = try Self.commands()
    #expect(commands.count >= 5)
    let folder = try Shell.emptyFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.copyItem(
      atPath: FixtureLocation.path("onnx/fashion-cnn/model.onnx"), toPath: "\(folder)/model.onnx")
    for command in commands {
      let fewer =
        command.contains("--data ") ? " --test-samples 128 --train-samples 512 --quiet" : ""
      let result = try Shell.run(command + fewer, in: folder)
      #expect(result.status == 0, "\(command)\n\(result.output)\n\(result.diagnostics)")
    }
  }

  @Test("stays under 200 lines and opens with the two scripts")
  func short() throws {
    let lines = try FixtureLocation.text("README.md").split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count < 200)
    let head = lines.prefix(20).joined(separator: "\n")
    #expect(head.contains("Scripts/demo.sh") && head.contains("Scripts/test.sh"))
  }
}
