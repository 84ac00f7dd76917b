import ArgumentParser
import SpikePipeline

/// Where samples and labels come from.
struct DataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Data: fashion-mnist, a folder of IDX files (gzip or not), or an .npz file with x and y.",
      valueName: "name or path"))
  var data: String
  @Option(help: "Use at most this many test samples, the first ones.") var testSamples: Int?
  @Option(help: "Use at most this many training samples, drawn by the seed over all classes.")
  var trainSamples: Int?

  func validate() throws {
    for (name, value) in [("--test-samples", testSamples), ("--train-samples", trainSamples)] {
      if let value, value < 1 {
        throw ValidationError("\(name) is \(value); allowed: 1 or more")
      }
    }
  }

  var request: DataRequest {
    DataRequest(source: data, testLimit: testSamples, trainLimit: trainSamples)
  }
}
