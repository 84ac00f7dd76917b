import ArgumentParser
import SpikePipeline

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Turn an imported network into a spiking one.",
    discussion: """
      Activations become integrate-and-fire neurons; thresholds come from calibration data. Prints
      for each layer its threshold, the share of activations that are clipped, and the rate error,
      and the accuracy against the number of time steps.

        sfconv convert model.sfm -o spiking.sfm --data fashion-mnist --time-steps 4
      """)

  @Argument(help: "The imported model (.sfm).") var input: String
  @Option(name: .shortAndLong, help: "The spiking model to write (.sfm).") var output: String
  @OptionGroup var data: DataOptions
  @Option(name: [.long, .customShort("T")], help: "Time steps per inference.") var timeSteps = 4
  @Option(help: "Threshold rule: mmse (aware of T), percentile, or max.") var threshold = "mmse"
  @Option(help: "Percentile of the percentile rule.") var percentile = 99.9
  @Option(help: "One threshold per layer or per channel.") var scope = "layer"
  @Option(help: "Reset after a spike: subtract or zero.") var reset = "subtract"
  @Option(
    help: "Batch normalisation goes into: thresholds (weights stay untouched) or weights.")
  var foldBatchNorm = "thresholds"
  @Option(
    help: ArgumentHelp(
      "Max pooling of spikes: spikes (a spike leaves when one enters; chips can do it) or "
        + "cumulative (the rate is the largest rate exactly; simulators only).",
      valueName: "mode"))
  var maxPool = "cumulative"
  @Option(help: "Training samples that thresholds are computed from.") var calibrationSamples = 1024
  @Option(help: "Seed of the choice of calibration samples.") var seed: UInt64 = 1
  @OptionGroup var common: CommonOptions

  func run() throws {
    var request = ConvertRequest(input: input, output: output, data: data.request)
    request.timeSteps = timeSteps
    request.thresholdRule = threshold
    request.percentile = percentile
    request.thresholdScope = scope
    request.reset = reset
    request.batchNormalization = foldBatchNorm
    request.maximumPooling = maxPool
    request.calibrationSamples = calibrationSamples
    request.seed = seed
    try common.print(Pipeline(common.context()).convert(request))
  }
}
