import ArgumentParser
import SpikePipeline

struct EvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Measure accuracy, spikes and synaptic operations on test data.",
    discussion: """
      Runs a model (.sfm) in floating point, or a bundle (.sfb) in the integer arithmetic of its
      chip.

        sfconv eval spiking.sfm --data fashion-mnist --time-steps 8
        sfconv eval model.sfb --data fashion-mnist

      Recordings over time (docs/data.md; Test/CLASS/*.raw, or files with labels.tsv) are cut into
      steps, from the first event of each recording on.

        sfconv eval cnn.sfm --data n-mnist --time-steps 300 --event-step 1000
        sfconv eval model.sfb --data n-mnist --event-step 5000
      """)

  @Argument(help: "A model (.sfm) or bundle (.sfb).") var file: String
  @OptionGroup var data: DataOptions
  @Option(name: [.long, .customShort("T")], help: "Time steps; those of the model if left out.")
  var timeSteps: Int?
  @Option(
    help: ArgumentHelp(
      "Write index, label and prediction of every sample; of bundles also spikes by population and "
        + "the values of the read-out.", valueName: "csv file"))
  var predictions: String?
  @OptionGroup var common: CommonOptions

  func run() throws {
    var request = EvaluateRequest(input: file, data: data.request, timeSteps: timeSteps)
    request.predictions = predictions
    try common.print(Pipeline(common.context()).evaluate(request))
  }
}
