import ArgumentParser
import SpikePipeline

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a file holds: ONNX, TFLite, Keras, model (.sfm) or bundle (.sfb).",
    discussion: """
      For ONNX, every node is listed as supported or not, and why; TFLite and Keras files are shown as
      they would be imported.
      """)

  @Argument(help: "The file.") var file: String
  @Flag(help: "For ONNX: also what conversion to spikes would make of every node, and why.")
  var support = false
  @OptionGroup var common: CommonOptions

  func run() throws {
    try common.print(Pipeline(common.context()).inspect(file, support: support))
  }
}
