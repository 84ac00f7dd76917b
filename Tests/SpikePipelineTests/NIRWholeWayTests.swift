import Foundation
import SpikeBundle
import SpikeDiagnostics
import SpikePipeline
import SpikeTestSupport
import Testing

@Suite("Networks over time, the whole way", .serialized)
struct NIRWholeWayTests {
  @Test("a NIR file becomes a model file that knows how it was read")
  func imports() throws {
    try WholeWayTests.inFolder { folder in
      var request = ImportRequest(
        input: FixtureLocation.path("nir/cnn.nir"), output: "\(folder)/cnn.sfm")
      request.nir.timeStep = 0.004
      request.nir.comparator = ">="
      let outcome = try WholeWayTests.pipeline.importModel(request)
      #expect(outcome.findings.filter { $0.code.contains("assumed") }.count == 6)
      let text = try WholeWayTests.pipeline.inspect("\(folder)/cnn.sfm").text
      #expect(text.contains("CubaLIF"), "\(text)")
      #expect(text.contains("dt=0.004") || text.contains("dt"), "\(text)")
    }
  }

  @Test("options that a file has no use for are refused", arguments: ["onnx", "nir", "net"])
  func options(_ kind: String) throws {
    try WholeWayTests.inFolder { folder in
      let paths = [
        "onnx": "onnx/fashion-cnn/model.onnx", "nir": "nir/cnn.nir", "net": "netx/network.net",
      ]
      var request = ImportRequest(
        input: FixtureLocation.path(paths[kind] ?? ""), output: "\(folder)/x.sfm")
      switch kind {
      case "nir": request.until = "fc"
      default: request.nir.timeStep = 0.001
      }
      let error = #expect(throws: PipelineError.self) {
        _ = try WholeWayTests.pipeline.importModel(request)
      }
      #expect(error?.code == .invalidOption)
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/x.sfm"))
    }
  }

  @Test("unknown words are refused with those that are known")
  func words() throws {
    var request = ImportRequest(input: FixtureLocation.path("nir/cnn.nir"), output: "unused.sfm")
    request.nir.integration = "runge-kutta"
    let error = #expect(throws: PipelineError.self) {
      _ = try WholeWayTests.pipeline.importModel(request)
    }
    #expect(error?.message.contains("'euler' and 'exponential'") == true)
  }

  @Test("a netx file becomes a fitted model, exported with the input bits that were given")
  func netx() throws {
    try WholeWayTests.inFolder { folder in
      var request = ImportRequest(
        input: FixtureLocation.path("netx/network.net"), output: "\(folder)/x.sfm")
      request.timeSteps = 6
      _ = try WholeWayTests.pipeline.importModel(request)
      let text = try WholeWayTests.pipeline.inspect("\(folder)/x.sfm").text
      #expect(text.contains("fitted"), "\(text)")
      for bits in [2, 4, 8] {
        request.inputBits = bits
        _ = try WholeWayTests.pipeline.importModel(request)
        _ = try WholeWayTests.pipeline.export(
          ExportRequest(input: "\(folder)/x.sfm", output: "\(folder)/x.sfb", target: "loihi2"))
        #expect(try BundleFile.read(path: "\(folder)/x.sfb").input.bits == bits)
      }
    }
  }

  @Test(
    "the CNN of the NIR paper knows all 20 test recordings of N-MNIST",
    .enabled(if: SharedTestData.folder != nil, "\(SharedTestData.advice)"))
  func recordings() throws {
    try WholeWayTests.inFolder { folder in
      _ = try WholeWayTests.pipeline.importModel(
        ImportRequest(
          input: SharedTestData.path("nir-paper/02_cnn/cnn_sinabs.nir"),
          output: "\(folder)/cnn.sfm"))
      let outcome = try WholeWayTests.pipeline.evaluate(
        EvaluateRequest(
          input: "\(folder)/cnn.sfm",
          data: DataRequest(source: SharedTestData.path("nmnist-a")), timeSteps: 300))
      #expect(WholeWayTests.member(outcome.summary, "samples") == .integer(20))
      #expect(WholeWayTests.member(outcome.summary, "correct") == .integer(20))
    }
  }

  @Test(
    "the CNN of the NIR paper is fitted to recordings and keeps what it knows",
    .enabled(if: SharedTestData.folder != nil, "\(SharedTestData.advice)"))
  func fitted() throws {
    try WholeWayTests.inFolder { folder in
      var request = ImportRequest(
        input: SharedTestData.path("nir-paper/02_cnn/cnn_sinabs.nir"),
        output: "\(folder)/cnn.sfm")
      request.nir.readOut = "potential"
      request.timeSteps = 30
      request.inputBits = 3
      _ = try WholeWayTests.pipeline.importModel(request)
      var data = DataRequest(source: SharedTestData.path("nmnist-a"), trainLimit: 64)
      data.eventStep = 10_000
      var settings = FitSettings(target: "loihi2")
      settings.uniqueWeights = 16
      settings.epochs = 1
      settings.batch = 16
      let fit = try WholeWayTests.pipeline.fit(
        FitRequest(
          input: "\(folder)/cnn.sfm", output: "\(folder)/fitted.sfm", data: data,
          settings: settings))
      #expect(fit.isClean)
      let outcome = try WholeWayTests.pipeline.evaluate(
        EvaluateRequest(input: "\(folder)/fitted.sfm", data: data))
      guard case .number(let accuracy)? = WholeWayTests.member(outcome.summary, "accuracy") else {
        Issue.record("no accuracy in \(outcome.summary.json)")
        return
      }
      #expect(accuracy >= 0.5, "\(accuracy)")
      // The bundle computes on the same columns what the fitted model does.
      _ = try WholeWayTests.pipeline.export(
        ExportRequest(
          input: "\(folder)/fitted.sfm", output: "\(folder)/fitted.sfb", target: "loihi2"))
      var evaluation = EvaluateRequest(input: "\(folder)/fitted.sfb", data: data)
      evaluation.predictions = "\(folder)/predictions.csv"
      let bundle = try WholeWayTests.pipeline.evaluate(evaluation)
      #expect(WholeWayTests.member(bundle.summary, "accuracy") == .number(accuracy))
      guard case .number(let sent)? = WholeWayTests.member(bundle.summary, "spikesPerSample"),
        case .number(let spikes)? = WholeWayTests.member(outcome.summary, "spikesPerSample")
      else {
        Issue.record("no spikes in \(bundle.summary.json)")
        return
      }
      // The same whole number, divided by the samples in another order.
      #expect(abs(sent - spikes) < 1e-6)
      let lines = try String(contentsOfFile: "\(folder)/predictions.csv", encoding: .utf8)
        .split(separator: "\n")
      #expect(lines.count == 21)
      #expect(lines.first == "index,label,prediction,spikes,readout")
      let fields = lines.last?.split(separator: ",").map { $0.split(separator: " ").count }
      #expect(fields == [1, 1, 1, 5, 10], "\(lines.last ?? "")")
    }
  }
}
