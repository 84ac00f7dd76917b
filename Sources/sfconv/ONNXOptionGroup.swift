import ArgumentParser
import SpikePipeline

/// Options of `--format onnx`.
struct ONNXOptionGroup: ParsableArguments {
  @Option(help: "Time in an ONNX file: unrolled (nodes for every step) or scan (a loop).")
  var time: String?
  @Flag(help: "Give an ONNX file every population's spikes and potentials of each step as outputs.")
  var trace = false
  @Flag(help: "Give the input of an ONNX file an axis of time steps.")
  var inputPerStep = false

  var settings: ONNXSettings {
    var settings = ONNXSettings()
    if let time { settings.time = time }
    settings.tracesNeurons = trace
    settings.hasInputPerStep = inputPerStep
    return settings
  }

  func check(format: String?) throws {
    if format != "onnx" && (time != nil || trace || inputPerStep) {
      throw ValidationError(
        "--time, --trace and --input-per-step are of ONNX files; give --format onnx too")
    }
  }
}
