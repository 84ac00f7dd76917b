import ArgumentParser
import SpikePipeline

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Read a trained network and write it as a model file.",
    discussion: """
      Reads ONNX (.onnx), TFLite (.tflite), Keras (.keras, .h5), NIR (.nir) and netx files of Loihi (.net). Every operator that cannot be handled is listed before
      anything is written.

        sfconv import model.onnx -o model.sfm
        sfconv import mnist-8.onnx -o mnist.sfm --input-scale 1

      With --weights the network comes from ONNX or a model file, its numbers from a safetensors, PyTorch or
      NPZ file with the names of the PyTorch state dict; a common prefix such as 'module.' may
      differ. Missing tensors and wrong shapes are errors, surplus tensors warnings.

        sfconv import net.onnx --weights weights.safetensors -o model.sfm

      State dicts without a graph take their architecture from a small JSON file; neurons of snnTorch
      and SpikingJelly checkpoints keep their parameters (docs/import.md).

        sfconv import net.json --weights weights.pt -o model.sfm

      TFLite and Keras put channels last; images enter the graph as C,H,W all the same. Quantised TFLite
      networks keep their integers, unless --dequantise is given.

        sfconv import resnet.tflite -o model.sfm

      A NIR file holds equations in continuous time. It does not say how long a step is (--dt), how
      an equation becomes a step (--integration), when exactly a neuron spikes (--comparator) and
      what a spike does to the potential (--reset); what was assumed is said in numbered notes.

        sfconv import lif.nir --dt 1e-4 -o model.sfm
        sfconv import cnn.nir --reset subtract --comparator '>=' -o model.sfm

      A netx file holds the chip's integers; it says neither how long an inference is nor how many
      bits the spikes have that enter.

        sfconv import network.net --time-steps 8 --input-bits 4 -o fitted.sfm
      """)

  @Argument(help: "The network, for example model.onnx.") var input: String
  @Option(name: .shortAndLong, help: "The model file to write (.sfm).") var output: String
  @Option(
    help: ArgumentHelp(
      "Take all weights, biases and statistics from this file (.safetensors, .pt, .npz, .npy).",
      valueName: "file"))
  var weights: String?
  @Option(
    help: ArgumentHelp(
      "Shape of one sample without the batch axis, where the file leaves it open; H,W,C for Keras.",
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
  @Flag(help: "Make real numbers of the integers of a TFLite file; activations are not rounded.")
  var dequantise = false
  @Option(
    name: [.long, .customShort("T")], help: "Time steps of an inference, for NIR and netx files.")
  var timeSteps: Int?
  @Option(
    help: """
      Bits of the graded spikes that enter, 1 to 8, for NIR (real numbers if left out) and netx files (1).
      """)
  var inputBits: Int?
  @OptionGroup(title: "NIR options") var nir: NIROptionGroup
  @OptionGroup var common: CommonOptions

  func run() throws {
    var request = ImportRequest(input: input, output: output)
    request.inputShape = try inputShape.map { try Numbers.integers($0, option: "--input-shape") }
    request.until = until
    request.weights = weights
    request.nir = nir.settings
    request.dequantises = dequantise
    request.timeSteps = timeSteps
    request.inputBits = inputBits
    if let inputScale {
      request.inputScale = try Numbers.floats(inputScale, option: "--input-scale")
    }
    if let inputOffset {
      request.inputOffset = try Numbers.floats(inputOffset, option: "--input-offset")
    }
    try common.print(Pipeline(common.context()).importModel(request))
  }
}
