import ArgumentParser
import SpikePipeline

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a fitted model as a compressed bundle, and as the vendor's own files.",
    discussion: """
        sfconv export fitted.sfm -o model.sfb --target loihi2 --native loihi
        sfconv export fitted.sfm -o model.sfb --target c --native firmware
        sfconv export fitted.sfm -o model.sfb --target loihi2 --native firmware --format c
      """)

  @Argument(help: "The fitted model (.sfm).") var input: String
  @Option(name: .shortAndLong, help: "The bundle to write (.sfb).") var output: String
  @Option(help: "Chip: a built-in name, or the path of a spec (.json).") var target: String
  @Option(help: "Folder for the vendor's native files.") var native: String?
  @Option(
    help: ArgumentHelp(
      "Write the native files of another target; c (portable C99) takes the bundle of any chip.",
      valueName: "target"))
  var format: String?
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if format != nil && native == nil {
      throw ValidationError("--format chooses what --native DIR writes; give --native too")
    }
  }

  func run() throws {
    var request = ExportRequest(input: input, output: output, target: target, native: native)
    request.format = format
    try common.print(Pipeline(common.context()).export(request))
  }
}
