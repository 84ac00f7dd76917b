import ArgumentParser
import SpikePipeline

struct DeployCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deploy",
    abstract: "The whole way: import, convert, fit, export, validate.",
    discussion: """
      Writes model.sfm, spiking.sfm, fitted.sfm, model.sfb, the chip's native files and report.json
      into a folder, and prints what each station gained and lost.

        sfconv deploy model.onnx --target loihi2 --data fashion-mnist -o deployed \\
          --unique-weights 4 --prune 0.5
      """)

  @Argument(help: "The network, for example model.onnx.") var input: String
  @Option(name: .shortAndLong, help: "Folder for the results.") var output: String
  @OptionGroup var data: DataOptions
  @Option(name: [.long, .customShort("T")], help: "Time steps per inference.") var timeSteps = 4
  @Option(
    help: ArgumentHelp("Factor from raw data to the network's input.", valueName: "numbers"))
  var inputScale: String?
  @Flag(help: "Fit once more without pruning, for comparison.") var compareUnpruned = false
  @OptionGroup var options: FitOptionGroup
  @OptionGroup var common: CommonOptions

  func run() throws {
    var request = DeployRequest(
      input: input, output: output, data: data.request, settings: options.settings)
    request.timeSteps = timeSteps
    request.comparesUnpruned = compareUnpruned
    if let inputScale {
      request.inputScale = try Numbers.floats(inputScale, option: "--input-scale")
    }
    try common.print(Pipeline(common.context()).deploy(request))
  }
}
