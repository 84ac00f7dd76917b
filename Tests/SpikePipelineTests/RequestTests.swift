import SpikeDiagnostics
import SpikePipeline
import SpikeTestSupport
import Testing

@Suite("Requests to the façade")
struct RequestTests {
  static let pipeline = Pipeline(RunContext(threads: 1))
  static let onnx = FixtureLocation.path("onnx/fashion-cnn/model.onnx")

  private func importedModel(_ folder: String) throws -> String {
    let path = "\(folder)/model.sfm"
    _ = try Self.pipeline.importModel(ImportRequest(input: Self.onnx, output: path))
    return path
  }

  @Test("a model at the wrong stage is answered with the command to run first")
  func wrongStage() throws {
    try WholeWayTests.inFolder { folder in
      let model = try importedModel(folder)
      let error = #expect(throws: PipelineError.self) {
        try Self.pipeline.export(
          ExportRequest(input: model, output: "\(folder)/out.sfb", target: "loihi2"))
      }
      #expect(error?.code == .wrongStage)
      #expect(error?.fix == "run 'sfconv convert' on it first")
    }
  }

  @Test("a mistyped word of an option is answered with the allowed ones")
  func invalidOption() throws {
    try WholeWayTests.inFolder { folder in
      let model = try importedModel(folder)
      var request = ConvertRequest(
        input: model, output: "\(folder)/out.sfm", data: DataRequest(source: "fashion-mnist"))
      request.reset = "substract"
      let error = #expect(throws: PipelineError.self) { try Self.pipeline.convert(request) }
      #expect(error?.code == .invalidOption)
      #expect(error?.message == "--reset is 'substract'; allowed: subtract, zero.")
      #expect(error?.fix == "did you mean 'subtract'?")
    }
  }

  @Test("a file of an unknown kind, and an ONNX file where a model is due, are refused")
  func kinds() {
    let text = FixtureLocation.repository + "/README.md"
    let unknown = #expect(throws: PipelineError.self) { try Self.pipeline.inspect(text) }
    #expect(unknown?.code == .unknownFileKind)
    let request = EvaluateRequest(input: Self.onnx, data: DataRequest(source: "fashion-mnist"))
    let early = #expect(throws: PipelineError.self) { try Self.pipeline.evaluate(request) }
    #expect(early?.fix == "run 'sfconv import' on it first")
  }

  @Test("a scale for other channels than the network has is refused")
  func scale() throws {
    try WholeWayTests.inFolder { folder in
      var request = ImportRequest(input: Self.onnx, output: "\(folder)/model.sfm")
      request.inputScale = [1, 2, 3]
      let error = #expect(throws: PipelineError.self) { try Self.pipeline.importModel(request) }
      #expect(error?.code == .invalidOption)
      #expect(error?.message.contains("3 numbers; allowed are 1 or 1") == true)
    }
  }

  @Test("inspecting shows what each kind of file holds")
  func inspect() throws {
    try WholeWayTests.inFolder { folder in
      let onnx = try Self.pipeline.inspect(Self.onnx)
      #expect(onnx.isClean)
      #expect(onnx.text.contains("13 of 13 nodes supported"))
      let model = try Self.pipeline.inspect(try importedModel(folder))
      #expect(model.text.contains("imported model, 87,754 parameters"))
      #expect(WholeWayTests.member(model.summary, "stage") == .text("imported"))
      let lstm = try Self.pipeline.inspect(
        FixtureLocation.path("onnx/unsupported/lstm/model.onnx"))
      #expect(!lstm.isClean)
      #expect(lstm.findings.contains { $0.message.contains("LSTM") })
    }
  }

  @Test("every chip is listed with its sources")
  func targets() throws {
    #expect(try Pipeline.targets(nil).text.contains("4 per neuron"))
    let loihi = try Pipeline.targets("loihi2")
    #expect(loihi.text.contains("synapseMemoryBits     unknown") || loihi.text.contains("unknown"))
    #expect(loihi.text.contains("technology brief"))
  }
}

@Suite("Results for machines")
struct SummaryTests {
  @Test("a summary is JSON with keys in order, without absent values")
  func json() {
    let summary = Summary.members([
      "b": .integer(1), "a": .text("x\"y\n"), "gone": nil,
      "list": .list([.flag(true), .number(0.5)]),
      "odd": .number(.nan),
    ])
    #expect(summary.json == #"{"b":1,"a":"x\"y\n","list":[true,0.5],"odd":null}"#)
  }
}
