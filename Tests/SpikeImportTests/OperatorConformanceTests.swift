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
    #expect(shapes[graph.outputs[0]]?.dimensions == Array(expected.outputShape.dropFirst()))
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
}

/// Every number within 1e-4, absolute or relative to its size.
func checkClose(_ computed: [Float], _ expected: [Float]) throws {
  try #require(computed.count == expected.count)
  let worst = zip(computed, expected)
    .map { abs($0 - $1) / max(1, abs($1)) }
    .max { first, second in !(first > second || first.isNaN) } ?? 0
  #expect(worst <= 1e-4, "largest difference \(worst)")
}
