import SpikeData
import SpikeDiagnostics
import SpikeFit
import SpikeGraph
import Testing

@Suite("Errors of the fitter")
struct FitErrorTests {
  private func code(
    _ model: Model, _ change: (inout FitOptions) -> Void = { _ in }, data: Dataset? = nil
  ) throws -> FitErrorCode? {
    let training = try data ?? TinyModels.data(count: 48)
    do throws(FitError) {
      _ = try SpikeFitter.fit(
        model, options: TinyModels.options { change(&$0) }, training: training)
      return nil
    } catch {
      #expect(error.fix != nil, "\(error) says what to do")
      return error.code
    }
  }

  @Test("An ANN is refused")
  func ann() throws {
    var model = TinyModels.convolutional()
    model.graph.nodes.removeAll { $0.operator.isNeuron }
    #expect(try code(model) == .notSpiking)
  }

  @Test("A fitted model is refused")
  func fitted() throws {
    var model = TinyModels.convolutional()
    model.stage = .fitted
    #expect(try code(model) == .alreadyFitted)
  }

  @Test(
    "A shifted or unequally scaled input is refused",
    arguments: [
      InputEncoding(scale: [1], offset: [0.5]), InputEncoding(scale: [1, 2], offset: [0]),
      InputEncoding(scale: [-1], offset: [0]), InputEncoding(scale: [.nan], offset: [0]),
    ])
  func encoding(encoding: InputEncoding) throws {
    var model = TinyModels.convolutional()
    model.encoding = encoding
    #expect(try code(model) == .unsupportedEncoding)
  }

  @Test("Operators that are no part of an SNN, NaN and unreal thresholds are refused")
  func structure() throws {
    var relu = TinyModels.convolutional()
    relu.graph.nodes.insert(
      Node(name: "relu", operator: .relu, inputs: ["pooled"], output: "rectified"), at: 3)
    relu.graph.nodes[4].inputs = ["rectified"]
    #expect(try code(relu) == .unsupportedStructure)
    var undefined = TinyModels.convolutional()
    undefined.graph.constants["b1"] = Tensor([.nan, 0, 0, 0, 0, 0], shape: [6])
    #expect(try code(undefined) == .unsupportedStructure)
    var zero = TinyModels.convolutional()
    zero.graph.constants["t1"] = .scalar(0)
    #expect(try code(zero) == .unsupportedStructure)
    var open = TinyModels.convolutional()
    open.graph.nodes.removeLast()
    open.graph.outputs = ["drive"]
    #expect(try code(open) == .unsupportedStructure)
    var recurrent = TinyModels.convolutional()
    let hidden = try #require(recurrent.graph.nodes.firstIndex { $0.name == "hidden" })
    let output = recurrent.graph.nodes[hidden].output
    let neurons = try #require(recurrent.graph.inferredShapes()[output]).elementCount
    recurrent.graph.nodes[hidden].parameters[.recurrence] = "back"
    recurrent.graph.constants["back"] = Tensor(
      Array(repeating: 0, count: neurons * neurons), shape: [neurons, neurons])
    #expect(try code(recurrent) == .unsupportedStructure)
  }

  @Test("Options out of range are refused, all at once")
  func options() throws {
    #expect(try code(TinyModels.convolutional()) { $0.uniqueWeights = 1 } == .invalidOption)
    #expect(try code(TinyModels.convolutional()) { $0.uniqueWeights = 257 } == .invalidOption)
    #expect(try code(TinyModels.convolutional()) { $0.pruneShare = 1 } == .invalidOption)
    #expect(try code(TinyModels.convolutional()) { $0.target.uniqueWeights = 2 } == .invalidOption)
    #expect(
      try code(TinyModels.convolutional()) {
        $0.bits = 2
        $0.uniqueWeights = 8
      } == .invalidOption)
    let data = try TinyModels.data(count: 24)
    do throws(FitError) {
      _ = try SpikeFitter.fit(
        TinyModels.convolutional(),
        options: TinyModels.options {
          $0.batch = 0
          $0.timeSteps = 0
        }, training: data)
      Issue.record("must throw")
    } catch {
      #expect(error.findings.count == 2)
    }
  }

  @Test("Data of another shape, floats and labels without an output are refused")
  func data() throws {
    let model = TinyModels.convolutional()
    #expect(try code(model, data: try TinyModels.data(count: 24, size: 5)) == .unsuitableData)
    let floats = try Dataset(
      name: "floats", sampleShape: [1, 6, 6], samples: .floats(Array(repeating: 0, count: 72)),
      labels: [0, 1])
    #expect(try code(model, data: floats) == .unsuitableData)
    let labels = try Dataset(
      name: "labels", sampleShape: [1, 6, 6], samples: .bytes(Array(repeating: 0, count: 72)),
      labels: [0, 7])
    #expect(try code(model, data: labels) == .unsuitableData)
  }

  @Test("Divergence is noticed in the step where it happens")
  func divergence() throws {
    var model = TinyModels.convolutional()
    model.graph.constants["w2"] = Tensor(
      Array(repeating: 3e38, count: 162), shape: [3, 54])
    #expect(try code(model) { $0.uniqueWeights = nil } == .diverged)
  }

  @Test("Thresholds that no integer in range can stand for are refused")
  func unrealisable() throws {
    #expect(
      try code(TinyModels.convolutional()) { $0.target.thresholdRange = 1...2 } == .notRealisable)
  }

  @Test("Codes are unique, stable texts of this station")
  func codes() {
    let texts = FitErrorCode.allCases.map(\.rawValue)
    #expect(Set(texts).count == texts.count)
    #expect(texts.allSatisfy { $0.hasPrefix("fit.") })
  }
}
