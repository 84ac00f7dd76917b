import ArgumentParser
import SpikePipeline

/// Where samples and labels come from.
struct DataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Data: fashion-mnist, a folder of IDX files (gzip or not) or of images (PNG, JPEG), an .npz file "
        + "with x and y, or recordings over time (events, sounds, SHD's .h5); docs/data.md.",
      valueName: "name or path"))
  var data: String
  @Option(help: "Use at most this many test samples, the first ones.") var testSamples: Int?
  @Option(help: "Use at most this many training samples, drawn by the seed over all classes.")
  var trainSamples: Int?

  @OptionGroup var events: EventOptionGroup

  func validate() throws {
    for (name, value) in [("--test-samples", testSamples), ("--train-samples", trainSamples)] {
      if let value, value < 1 {
        throw ValidationError("\(name) is \(value); allowed: 1 or more")
      }
    }
  }

  var request: DataRequest {
    var request = DataRequest(source: data, testLimit: testSamples, trainLimit: trainSamples)
    events.apply(to: &request)
    return request
  }
}
