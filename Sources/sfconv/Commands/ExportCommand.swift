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
        sfconv export fitted.sfm -o model.sfb --target loihi2 --native nir --format nir
        sfconv export fitted.sfm -o model.sfb --target loihi2 --native onnx --format onnx
      """)

  @Argument(help: "The fitted model (.sfm).") var input: String
  @Option(name: .shortAndLong, help: "The bundle to write (.sfb).") var output: String
  @Option(help: "Chip: a built-in name, or the path of a spec (.json).") var target: String
  @Option(help: "Folder for the vendor's native files.") var native: String?
  @Option(
    help: ArgumentHelp(
      "Write another format's files, of the bundle of any chip: c (portable C99), nir or onnx.",
      valueName: "format"))
  var format: String?
  @Option(
    help:
      "Reader whose conventions --format nir follows: norse, snntorch, spikingjelly, sinabs or rockpool."
  )
  var dialect: String?
  @OptionGroup var onnx: ONNXOptionGroup
  @OptionGroup var common: CommonOptions

  func validate() throws {
    try onnx.check(format: format)
    if format != nil && native == nil {
      throw ValidationError("--format chooses what --native DIR writes; give --native too")
    }
    if dialect != nil && format != "nir" {
      throw ValidationError("--dialect is of --format nir; give --format nir too")
    }
  }

  func run() throws {
    var request = ExportRequest(input: input, output: output, target: target, native: native)
    request.format = dialect.map { "nir-\($0)" } ?? format
    request.onnx = onnx.settings
    try common.print(Pipeline(common.context()).export(request))
  }
}
