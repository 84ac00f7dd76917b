import ArgumentParser
import SpikePipeline

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a fitted model as a compressed bundle, and as the vendor's own files.",
    discussion: """
        sfconv export fitted.sfm -o model.sfb --target loihi2 --native loihi
      """)

  @Argument(help: "The fitted model (.sfm).") var input: String
  @Option(name: .shortAndLong, help: "The bundle to write (.sfb).") var output: String
  @Option(help: "Chip: a built-in name, or the path of a spec (.json).") var target: String
  @Option(help: "Folder for the vendor's native files.") var native: String?
  @OptionGroup var common: CommonOptions

  func run() throws {
    let request = ExportRequest(input: input, output: output, target: target, native: native)
    try common.print(Pipeline(common.context()).export(request))
  }
}
