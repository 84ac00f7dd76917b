import SpikeBundle
import SpikeDiagnostics
import SpikeEngine
import SpikeExport
import SpikeGraph
import SpikeSimulate
import SpikeTestSupport
import Testing

/// Recurrent synapses and delays of a fitted graph in a bundle.
@Suite("Recurrence and delays in bundles")
struct RecurrentLoweringTests {
  /// [5] → linear → IF [6], recurrent → delays of elements → linear → IF [4], delay → linear → LI [3].
  private func model(_ random: inout SeededGenerator) -> Model {
    func integers(_ shape: Shape, _ range: ClosedRange<Int> = -6...6) -> Tensor {
      Tensor(
        (0..<shape.elementCount).map { _ in Float(Int.random(in: range, using: &random)) },
        shape: shape)
    }
    let neuron = Neuron(reset: .toValue(0), comparator: .greaterOrEqual)
    let graph = Graph(
      name: "recurrent", inputs: [GraphInput(name: "x", shape: [5])], outputs: ["out"],
      nodes: [
        Node(
          name: "a", operator: .linear, inputs: ["x"], parameters: [.weight: "a.weight"],
          output: "a"),
        Node(
          name: "hidden", operator: .neuron(neuron), inputs: ["a"],
          parameters: [.threshold: "t", .recurrence: "hidden.recurrence"], output: "hidden"),
        Node(
          name: "late", operator: .delay(steps: [0, 2, 1, 0, 3, 1]), inputs: ["hidden"],
          output: "late"),
        Node(
          name: "b", operator: .linear, inputs: ["late"], parameters: [.weight: "b.weight"],
          output: "b"),
        Node(
          name: "second", operator: .neuron(neuron), inputs: ["b"],
          parameters: [.threshold: "t"], output: "second"),
        Node(name: "later", operator: .delay(steps: [2]), inputs: ["second"], output: "later"),
        Node(
          name: "c", operator: .linear, inputs: ["later"], parameters: [.weight: "c.weight"],
          output: "c"),
        Node(
          name: "out", operator: .neuron(Neuron(.leakyIntegrator)), inputs: ["c"], output: "out"),
      ],
      constants: [
        "a.weight": integers([6, 5]), "hidden.recurrence": integers([6, 6], -20...20),
        "b.weight": integers([4, 6], -15...15), "c.weight": integers([3, 4]), "t": .scalar(17),
      ])
    return Model(
      graph: graph, stage: .fitted,
      encoding: InputEncoding(scale: [1], offset: [0], bits: 2), timeSteps: 12)
  }

  @Test("the float engine and the bundle's integers agree", arguments: 0..<12 as Range<UInt64>)
  func equality(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let model = model(&random)
    let bundle = try Lowering.lower(model, target: .loihi2)
    let recurrent = bundle.projections.filter(\.isRecurrent)
    #expect(recurrent.map(\.name) == ["hidden.recurrence"])
    #expect(recurrent.first?.weightShape == [6, 6])
    #expect(bundle.projections.map(\.delay) == [0, 0, 3, 2])
    #expect(bundle.projections[2].sourceDelays == [0, 2, 1, 0, 3, 1])
    let simulator = try IntegerSimulator(bundle)
    let network = try Network(
      model.graph, EngineConfiguration(timeSteps: bundle.timeSteps, batch: 4, threads: 1))
    for _ in 0..<6 {
      let sample = (0..<5).map { _ in UInt8.random(in: 0...255, using: &random) }
      let logits = network.infer(sample.map { Float($0 >> 6) }, count: 1)
      let outcome = try simulator.run(sample: sample)
      let potentials = outcome.readout.map { Float($0) / Float(simulator.unitsPerInteger) }
      #expect(potentials == logits, "seed \(seed)")
    }
  }

  @Test("a delay behind synapses, too long delays and a read-out that is late are refused")
  func refusals() throws {
    var random = SeededGenerator(seed: 1)
    let whole = model(&random)
    func code(_ change: (inout Graph) -> Void) -> ExportErrorCode? {
      var model = whole
      change(&model.graph)
      do throws(ExportError) {
        _ = try Lowering.lower(model, target: .loihi2)
        return nil
      } catch {
        return error.code
      }
    }
    func late(_ steps: [Int], _ input: ValueName) -> Node {
      Node(name: "more", operator: .delay(steps: steps), inputs: [input], output: "more")
    }
    #expect(code { _ in } == nil)
    #expect(
      code {
        $0.nodes.insert(late([1], "b"), at: 4)
        $0.nodes[5].inputs = ["more"]
      } == .unsupportedTopology)
    #expect(
      code {
        $0.nodes.insert(late([65_535], "later"), at: 6)
        $0.nodes[7].inputs = ["more"]
      } == .limitExceeded)
    #expect(
      code {
        $0.nodes.append(late([1], "out"))
        $0.outputs = ["more"]
      } == .unsupportedTopology)
    #expect(code { $0.constants["hidden.recurrence"] = nil } == .invalidGraph)
    #expect(
      code {
        $0.constants["hidden.recurrence"] = Tensor(
          Array(repeating: 0.5, count: 36), shape: [6, 6])
      } == .notFitted)
  }
}
