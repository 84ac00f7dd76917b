import ArgumentParser
import SpikePipeline

struct TargetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "targets",
    abstract: "List the chips that sfconv knows.",
    discussion: "With a name, all limits of that chip with their sources.")

  @Argument(help: "A built-in name, or the path of a spec (.json).") var name: String?
  @OptionGroup var common: CommonOptions

  func run() throws {
    try common.print(Pipeline.targets(name))
  }
}
