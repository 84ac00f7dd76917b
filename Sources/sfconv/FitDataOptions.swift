import ArgumentParser
import SpikePipeline

/// Data of `fit`, which can do without.
struct FitDataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Data: fashion-mnist, a folder of IDX files (gzip or not) or of images (PNG, JPEG), an .npz file "
        + "with x and y, or recordings over time (events, sounds, SHD's .h5); docs/data.md.",
      valueName: "name or path"))
  var data: String?
  @Option(help: "Use at most this many test samples, the first ones.") var testSamples: Int?
  @Option(help: "Use at most this many training samples, drawn by the seed over all classes.")
  var trainSamples: Int?
  @Flag(
    help: """
      Fit without labels: clusters, integers and corrected biases; --data only measures the result.
      """)
  var dataFree = false
  @Option(
    help: """
      With --data-free: training samples to use without labels, drawn by the seed; with --epochs above \
      0 the network learns the soft labels of --teacher, or else its own.
      """)
  var samples: Int?

  @OptionGroup var events: EventOptionGroup

  func validate() throws {
    let numbers = [
      ("--test-samples", testSamples), ("--train-samples", trainSamples), ("--samples", samples),
    ]
    for (name, value) in numbers {
      if let value, value < 1 {
        throw ValidationError("\(name) is \(value); allowed: 1 or more")
      }
    }
    if samples != nil, !dataFree {
      throw ValidationError("--samples goes with --data-free; with labels: --train-samples")
    }
    if samples != nil, data == nil {
      throw ValidationError("--samples needs --data, to take them from")
    }
  }

  var request: DataRequest {
    var request = DataRequest(source: data ?? "", testLimit: testSamples, trainLimit: trainSamples)
    events.apply(to: &request)
    return request
  }
}
