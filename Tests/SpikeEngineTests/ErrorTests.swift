import SpikeDiagnostics
import SpikeEngine
import SpikeGraph
import Testing

@Suite struct ErrorTests {
  static let input = GraphInput(name: "x", shape: [3])

  static let bad: [(String, Graph, EngineErrorCode)] = [
    ("no output", Graph(inputs: [input]), .invalidGraph),
    ("an output that no node makes", Graph(inputs: [input], outputs: ["y"]), .invalidGraph),
    (
      "two inputs",
      Graph(inputs: [input, GraphInput(name: "z", shape: [3])], outputs: ["x"]), .invalidGraph
    ),
    (
      "a missing weight",
      Graph(
        inputs: [input], outputs: ["y"],
        nodes: [Node(name: "fc", operator: .linear, inputs: ["x"], output: "y")]), .invalidGraph
    ),
    (
      "a softmax inside",
      Graph(
        inputs: [input], outputs: ["y"],
        nodes: [
          Node(
            name: "s", operator: .softmax(axis: 0, logarithm: false), inputs: ["x"], output: "p"),
          Node(name: "r", operator: .relu, inputs: ["p"], output: "y"),
        ]), .unsupportedOperator
    ),
    (
      "a stride of 0",
      Graph(
        inputs: [GraphInput(name: "x", shape: [1, 4])], outputs: ["y"],
        nodes: [
          Node(
            name: "p",
            operator: .sumPool(Pooling(kernel: [2], strides: [1], padsBefore: [-1])),
            inputs: ["x"], output: "y")
        ]), .unsupportedOperator
    ),
  ]

  @Test("a graph that cannot run is refused with its code", arguments: bad.indices)
  func refusal(index: Int) {
    let (what, graph, code) = Self.bad[index]
    do {
      _ = try Network(graph, EngineConfiguration())
      Issue.record("\(what) was not refused")
    } catch {
      #expect(error.code == code, "\(what)")
      #expect(error.fix != nil)
    }
  }

  @Test("an option out of range is refused")
  func options() {
    let graph = RandomGraphs.ann(seed: 1)
    for configuration in [
      EngineConfiguration(timeSteps: 0), EngineConfiguration(batch: 0),
      EngineConfiguration(shards: -1), EngineConfiguration(threads: 0),
      EngineConfiguration(memoryLimit: 0),
    ] {
      #expect(throws: EngineError.self) { try Network(graph, configuration) }
    }
  }

  @Test("inputs and labels that do not fit are refused")
  func data() throws {
    let graph = RandomGraphs.ann(seed: 1)
    let network = try Network(graph, EngineConfiguration())
    let right = [Float](repeating: 0, count: 2 * network.inputCount)
    try network.validate(right, labels: [0, 3], count: 2)
    #expect(throws: EngineError.self) { try network.validate(right, count: 3) }
    #expect(throws: EngineError.self) { try network.validate(right, labels: [0], count: 2) }
    #expect(throws: EngineError.self) { try network.validate(right, labels: [0, 4], count: 2) }
    #expect(throws: EngineError.self) { try network.validate(right, labels: [-1, 0], count: 2) }
  }

  @Test("every error code is in the family of the engine")
  func codes() {
    for code in EngineErrorCode.allCases {
      #expect(code.rawValue.hasPrefix("engine."))
    }
  }
}
