import ArgumentParser
import SpikePipeline

struct ListCommand: ParsableCommand {
  /// Tables that the documentation is printed from.
  enum Subject: String, ExpressibleByArgument, CaseIterable {
    case operators, rules
  }

  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Print the table of operators or rules.",
    discussion: "docs/operators.md and docs/rules.md are this output.")

  @Argument(help: "operators or rules.") var subject: Subject
  @Flag(help: "As Markdown (the only form).") var markdown = false
  @OptionGroup var common: CommonOptions

  func run() throws {
    switch subject {
    case .operators: try common.print(Pipeline.operatorTable())
    case .rules: try common.print(Pipeline.ruleTable())
    }
  }
}
