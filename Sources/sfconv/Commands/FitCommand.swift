import ArgumentParser
import SpikePipeline

struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fine-tune a spiking network to few unique weights and fewer channels (SpikeFit).",
    discussion: """
      Clusterization-aware training makes the allowed weight values themselves learnable; Fisher
      spike contribution decides which channels go. The result is in the integers of the chip.
      The ideas are those of the abstract of arXiv 2510.15542; the formulas are our own.

        sfconv fit spiking.sfm -o fitted.sfm --data fashion-mnist --target loihi2 \\
          --unique-weights 4 --prune 0.5 --epochs 5

      The best start is a network that was trained as a spiking one, with the ANN as its teacher:

        sfconv fit spiking.sfm -o real.sfm --data fashion-mnist --target neutral \\
          --full-precision --teacher model.onnx --ema 0.999 --shift 2 --flips
        sfconv fit real.sfm -o fitted.sfm --data fashion-mnist --target loihi2 --teacher self

      Built with 'swift build --traits MPI', several processes share a fit, to the same result:

        mpirun -np 2 sfconv fit spiking.sfm -o fitted.sfm --data fashion-mnist --threads 1
      """,
    aliases: ["finetune"])

  @Argument(help: "The spiking model (.sfm).") var input: String
  @Option(name: .shortAndLong, help: "The fitted model to write (.sfm).") var output: String
  @OptionGroup var data: FitDataOptions
  @Option(
    name: [.long, .customShort("T")],
    help: "Time steps per inference; those of the spiking model if left out.")
  var timeSteps: Int?
  @Flag(
    name: [.long, .customLong("dry-run")],
    help: "Print what would be chosen for the chip, and stop before training.")
  var plan = false
  @OptionGroup var options: FitOptionGroup
  @OptionGroup(title: "Long runs") var files: RunFileGroup
  @OptionGroup var common: CommonOptions

  func run() throws {
    var settings = options.settings
    settings.timeSteps = timeSteps
    guard plan || data.dataFree || data.data != nil else {
      throw ValidationError("--data is missing; without data: --data-free")
    }
    var request = FitRequest(
      input: input, output: output, data: data.request, settings: settings)
    request.files = files.files
    request.isDataFree = data.dataFree
    request.unlabelledSamples = data.samples
    let pipeline = Pipeline(try Processes.join(common.context()))
    try common.print(plan ? pipeline.planFit(request) : pipeline.fit(request))
  }
}
