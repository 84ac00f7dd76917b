import ArgumentParser
import SpikePipeline

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Compares methods.", subcommands: [BenchFitCommand.self])
}

struct BenchFitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Runs a recipe that compares ways to fit, with several seeds.",
    discussion: """
      Writes a record of every run, results.md and a chart for each table into a folder. Stop it
      with Ctrl-C and give the same command again to go on.

        sfconv bench fit Benchmarks/fit/standard.json -o comparison
      """)

  @Argument(help: "The recipe (.json).") var recipe: String
  @Option(name: .shortAndLong, help: "Folder for records and report.") var output: String
  @Option(help: "Make at most this many runs now.") var runs: Int?
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let runs, runs < 0 { throw ValidationError("--runs is \(runs); allowed: 0 or more") }
  }

  func run() throws {
    let request = CompareRequest(recipe: recipe, output: output, limit: runs)
    try common.print(Pipeline(common.context()).compare(request))
  }
}
