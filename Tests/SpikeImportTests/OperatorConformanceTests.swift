import SpikeEngine
import SpikeGraph
import SpikeImport
import SpikeTestSupport
import Testing

@Suite("Operators of ONNX, against outputs recorded from onnxruntime")
struct OperatorConformanceTests {
  @Test("there are fixtures to check")
  func someFixtures() {
    #expect(OperatorFixture.all.count >= 90)
  }

  @Test("an imported operator computes what onnxruntime computed", arguments: OperatorFixture.all)
  func textbook(_ fixture: OperatorFixture) throws {
    let expected = try fixture.expected()
    let graph = try ONNXImporter.read(path: fixture.model).model.graph
    let shapes = try graph.inferredShapes()
    #expect(graph.inputs[0].shape.dimensions == Array(expected.inputShape.dropFirst()))
    let shape = Shape(Array(expected.outputShape.dropFirst()))
    if case .softmax? = graph.nodes.last?.operator {
      // A reshape behind the softmax vanishes.
      #expect(shapes[graph.outputs[0]]?.elementCount == shape.elementCount)
    } else {
      #expect(shapes[graph.outputs[0]] == shape)
    }
    let output = try fixture.output()
    let batch = expected.inputShape[0]
    let input = try fixture.input()
    let sampleSize = input.count / batch
    var computed: [Float] = []
    for sample in 0..<batch {
      computed += try TextbookExecutor.run(
        graph, Array(input[sample * sampleSize..<(sample + 1) * sampleSize]))
    }
    try checkClose(computed, output)
  }

  @Test("the engine computes what onnxruntime computed", arguments: OperatorFixture.all)
  func engine(_ fixture: OperatorFixture) throws {
    let graph = try ONNXImporter.read(path: fixture.model).model.graph
    let network = try Network(graph, EngineConfiguration(batch: 2, threads: 1))
    let computed = network.infer(try fixture.input(), count: try fixture.expected().inputShape[0])
    try checkClose(computed, try fixture.output())
  }
}

/// Every number within 1e-4, absolute or relative to its size.
func checkClose(_ computed: [Float], _ expected: [Float]) throws {
  try checkClose(computed, expected) { max(1, abs($0)) }
}

/// Every number within 1e-4 of the largest: where large terms cancel, float32 knows no better.
func checkCloseToLargest(_ computed: [Float], _ expected: [Float]) throws {
  let largest = expected.map { abs($0) }.max() ?? 1
  try checkClose(computed, expected) { _ in max(1, largest) }
}

private func checkClose(
  _ computed: [Float], _ expected: [Float], scale: (Float) -> Float
) throws {
  try #require(computed.count == expected.count)
  let errors = zip(computed, expected).map { abs($0 - $1) / scale($1) }
  #expect(errors.allSatisfy { $0 <= 1e-4 }, "largest difference \(errors.max() ?? 0)")
}
