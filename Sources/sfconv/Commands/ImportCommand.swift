import ArgumentParser
import SpikePipeline

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Read a trained network and write it as a model file.",
    discussion: """
      Reads ONNX (.onnx). Every operator that cannot be handled is listed before anything is
      written.

        sfconv import model.onnx -o model.sfm
        sfconv import mnist-8.onnx -o mnist.sfm --input-scale 1

      With --weights the network comes from ONNX or a model file, its numbers from a safetensors or
      NPZ file with the names of the PyTorch state dict; a common prefix such as 'module.' may
      differ. Missing tensors and wrong shapes are errors, surplus tensors warnings.

        sfconv import net.onnx --weights weights.safetensors -o model.sfm
      """)

  @Argument(help: "The network, for example model.onnx.") var input: String
  @Option(name: .shortAndLong, help: "The model file to write (.sfm).") var output: String
  @Option(
    help: ArgumentHelp(
      "Take all weights, biases and statistics from this file (.safetensors, .npz).",
      valueName: "file"))
  var weights: String?
  @Option(
    help: ArgumentHelp(
      "Shape of one sample without the batch axis, where the file leaves it open.",
      valueName: "C,H,W"))
  var inputShape: String?
  @Option(help: ArgumentHelp("Import only up to this node or value.", valueName: "name"))
  var until: String?
  @Option(
    help: ArgumentHelp(
      "Factor from raw data to what the network was trained on: 0.00392156… (1/255) for pixels in "
        + "0…1, 1 for pixels in 0…255. One number, or one per channel.", valueName: "numbers"))
  var inputScale: String?
  @Option(
    help: ArgumentHelp(
      "Summand after the factor. One number, or one per channel.", valueName: "numbers"))
  var inputOffset: String?
  @OptionGroup var common: CommonOptions

  func run() throws {
    var request = ImportRequest(input: input, output: output)
    request.inputShape = try inputShape.map { try Numbers.integers($0, option: "--input-shape") }
    request.until = until
    request.weights = weights
    if let inputScale {
      request.inputScale = try Numbers.floats(inputScale, option: "--input-scale")
    }
    if let inputOffset {
      request.inputOffset = try Numbers.floats(inputOffset, option: "--input-offset")
    }
    try common.print(Pipeline(common.context()).importModel(request))
  }
}
