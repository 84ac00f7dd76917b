import Foundation
import SpikeDiagnostics
import SpikeFit
import SpikePipeline
import SpikeTestSupport
import Testing

@Suite("Leaky networks the whole way", .serialized)
struct LeakyWholeWayTests {
  static let pipeline = Pipeline(RunContext(threads: 2))

  private static func fixture(_ name: String) -> String {
    FixtureLocation.path("onnx/digits/\(name)")
  }

  private func spiking(_ network: String, data: String, in folder: String) throws -> String {
    _ = try Self.pipeline.importModel(
      ImportRequest(input: Self.fixture("\(network).onnx"), output: "\(folder)/ann.sfm"))
    _ = try Self.pipeline.convert(
      ConvertRequest(
        input: "\(folder)/ann.sfm", output: "\(folder)/spiking.sfm",
        data: DataRequest(source: Self.fixture(data))))
    return "\(folder)/spiking.sfm"
  }

  private func request(
    _ target: String, _ network: String, _ data: String, in folder: String,
    _ change: (inout FitSettings) -> Void
  ) throws -> FitRequest {
    var settings = FitSettings(target: target)
    settings.epochs = 4
    settings.leak.mode = "learn"
    settings.leak.initial = 0.3
    settings.plansUniqueWeights = true
    settings.plansScope = true
    change(&settings)
    return FitRequest(
      input: try spiking(network, data: data, in: folder), output: "\(folder)/fitted.sfm",
      data: DataRequest(source: Self.fixture(data)), settings: settings)
  }

  @Test(
    "a learned leak reaches Loihi's bundle, and both simulations give the same answers",
    arguments: ["dense", "conv"])
  func loihi(network: String) throws {
    try WholeWayTests.inFolder { folder in
      let outcome = try Self.pipeline.fit(
        try request("loihi2", network, "digits.npz", in: folder) { _ in })
      #expect(outcome.text.contains("/4096 each step"))
      _ = try Self.pipeline.export(
        ExportRequest(
          input: "\(folder)/fitted.sfm", output: "\(folder)/model.sfb", target: "loihi2"))
      let report = try Self.pipeline.validate(bundle: "\(folder)/model.sfb", target: "loihi2")
      #expect(report.isClean, "\(report.text)")
      #expect(
        try Self.pipeline.inspect("\(folder)/model.sfb").text.contains("/4096"))
      var answers: [[String]] = []
      for file in ["fitted.sfm", "model.sfb"] {
        var evaluation = EvaluateRequest(
          input: "\(folder)/\(file)", data: DataRequest(source: Self.fixture("digits.npz")))
        evaluation.predictions = "\(folder)/\(file).csv"
        _ = try Self.pipeline.evaluate(evaluation)
        // Behind index, label and prediction the bundle says more.
        let lines = try String(contentsOfFile: "\(folder)/\(file).csv", encoding: .utf8)
          .split(separator: "\n").map { $0.split(separator: ",").prefix(3).joined(separator: ",") }
        answers.append(lines)
      }
      #expect(answers[0] == answers[1])
      #expect(answers[0].count > 100)
    }
  }

  @Test(
    "chips without such a leak refuse it, whether learned or of the model",
    arguments: [
      ("truenorth", "dense", "digits.npz"), ("tinyodin", "dense", "digits.npz"),
      ("xylo-audio3", "dense16", "digits-4x4.npz"), ("speck2f", "conv", "digits.npz"),
    ])
  func refused(target: String, network: String, data: String) throws {
    try WholeWayTests.inFolder { folder in
      for mode in ["learn", "keep"] {
        let fit = try request(target, network, data, in: folder) { $0.leak.mode = mode }
        let error = #expect(throws: FitError.self) { _ = try Self.pipeline.fit(fit) }
        #expect(error?.code == .unsupportedLeak)
        #expect(error?.message.contains(target) == true)
        #expect(error?.fix?.contains("--leak none") == true)
      }
    }
  }

  @Test("an unknown mode is refused with the nearest known one")
  func mode() throws {
    try WholeWayTests.inFolder { folder in
      let fit = try request("loihi2", "dense", "digits.npz", in: folder) { $0.leak.mode = "lern" }
      #expect(throws: (any Error).self) { _ = try Self.pipeline.fit(fit) }
    }
  }
}
