import SpikeDiagnostics
import SpikeEngine
import SpikeGraph
import Testing

/// Populations with synapses to themselves against a loop in the order of the graph.
@Suite("Recurrent populations")
struct RecurrenceTests {
  private let steps = 9
  private let count = 5

  /// One population on its input, every number a multiple of 1/8: sums are exact in any order.
  private func graph(_ neuron: Neuron, _ shape: Shape, _ dice: inout Dice) -> Graph {
    let neurons = shape.elementCount
    return Graph(
      inputs: [GraphInput(name: "x", shape: shape)], outputs: ["s"],
      nodes: [
        Node(
          name: "s", operator: .neuron(neuron), inputs: ["x"],
          parameters: [.threshold: "t", .recurrence: "w"], output: "s")
      ],
      constants: [
        "t": Tensor((0..<shape[0]).map { 1 + Float($0) / 8 }, shape: [shape[0]]),
        "w": Tensor(dice.eighths(neurons * neurons), shape: [neurons, neurons]),
      ])
  }

  /// Spikes of all steps, `[steps][neurons]`, of inputs of all steps.
  private func loop(_ graph: Graph, _ neuron: Neuron, _ inputs: [Float]) -> [Float] {
    let w = graph.constants["w"]?.floats() ?? []
    let t = graph.constants["t"]?.floats() ?? []
    let neurons = graph.inputs[0].shape.elementCount
    let threshold = (0..<neurons).map { t[$0 * t.count / neurons] }
    var v = threshold.map { neuron.initialShare * $0 }
    var current = Array(repeating: Float(0), count: neurons)
    var spikes = current
    var result: [Float] = []
    for step in 0..<steps {
      let before = spikes
      for post in 0..<neurons {
        var x = inputs[step * neurons + post]
        for pre in 0..<neurons { x += w[post * neurons + pre] * before[pre] }
        current[post] = neuron.keepsCurrent ? neuron.currentDecay * current[post] + x : x
        let h = (neuron.leaks ? neuron.membraneDecay : 1) * v[post] + current[post]
        let fires = neuron.comparator == .greater ? h > threshold[post] : h >= threshold[post]
        switch neuron.reset {
        case .bySubtraction: v[post] = fires ? h - threshold[post] : h
        case .toValue(let value): v[post] = fires ? value : h
        }
        spikes[post] = fires ? 1 : 0
      }
      result += spikes
    }
    return result
  }

  static let neurons = [
    Neuron(), Neuron(reset: .toValue(0), comparator: .greater, initialShare: 0.5),
    Neuron(.leakyIntegrateAndFire, membraneDecay: 0.5),
    Neuron(.currentBased, reset: .toValue(-0.25), membraneDecay: 0.75, currentDecay: 0.5),
  ]

  @Test(
    "the spikes of a step arrive in the next, in vectors and maps, on any number of threads",
    arguments: neurons, [[6], [3, 2, 2]] as [Shape])
  func forward(_ neuron: Neuron, _ shape: Shape) throws {
    var dice = Dice(7)
    let graph = graph(neuron, shape, &dice)
    let inputs = (0..<count).map { _ in dice.eighths(steps * shape.elementCount) }
    let wanted = inputs.map { loop(graph, neuron, $0) }
    #expect(wanted.contains { $0.contains(1) && $0.contains(0) })
    var without = graph
    without.nodes[0].parameters[.recurrence] = nil
    for threads in [1, 3] {
      let configuration = EngineConfiguration(
        timeSteps: steps, inputPerStep: true, batch: 4, threads: threads)
      let sums = wanted.flatMap { spikes in
        (0..<shape.elementCount).map { neuron in
          (0..<steps).reduce(Float(0)) { $0 + spikes[$1 * shape.elementCount + neuron] }
        }
      }
      let logits = try Network(graph, configuration).infer(inputs.flatMap { $0 }, count: count)
      #expect(logits == sums)
      #expect(
        try Network(without, configuration).infer(inputs.flatMap { $0 }, count: count) != sums,
        "the case shows nothing")
    }
  }

  @Test("an input that is the same in all steps is read in each")
  func constantInput() throws {
    var dice = Dice(8)
    let graph = graph(Neuron(), [6], &dice)
    let input = dice.eighths(6)
    let spikes = loop(graph, Neuron(), (0..<steps).flatMap { _ in input })
    let sums = (0..<6).map { neuron in
      (0..<steps).reduce(Float(0)) { $0 + spikes[$1 * 6 + neuron] }
    }
    let network = try Network(
      graph, EngineConfiguration(timeSteps: steps, batch: 4, threads: 1))
    #expect(network.infer(input, count: 1) == sums)
  }

  @Test("training is refused, and so are weights of another size and populations that do not spike")
  func refusals() throws {
    var dice = Dice(9)
    var graph = graph(Neuron(), [4], &dice)
    let error = #expect(throws: EngineError.self) {
      _ = try Network(
        graph, EngineConfiguration(timeSteps: 2, batch: 2, threads: 1, training: true))
    }
    #expect(error?.code == .unsupportedOperator)
    #expect(error?.location.node == "s")
    graph.nodes[0].operator = .neuron(Neuron(.leakyIntegrator))
    #expect(throws: GraphError.self) { _ = try graph.inferredShapes() }
    graph.nodes[0].operator = .neuron(Neuron())
    graph.constants["w"] = Tensor(dice.eighths(12), shape: [3, 4])
    let shape = #expect(throws: GraphError.self) { _ = try graph.inferredShapes() }
    #expect(shape?.code == .shapeMismatch)
  }
}
