import SpikeDiagnostics
import SpikeGraph
import SpikeImport
import SpikeTestSupport
import Testing

/// What other importers were seen to do without a word: scale the currents of a neuron otherwise than its file says,
/// and end the network at the first node they do not know.
@Suite("Imports never change a network in silence")
struct SilentFailureTests {
  @Test("the gain of a neuron is that of its equation, and a numbered note says which")
  func gain() throws {
    let path = FixtureLocation.path("nir/cnn.nir")
    var gains: [[Float]] = []
    for step in [0.001, 0.004] {
      var options = NIRImportOptions()
      options.timeStep = step
      let result = try NIRImporter.read(path: path, options: options)
      let notes = result.findings.filter { $0.code == "nir.assumed-gain" }
      #expect(notes.count == 1)
      #expect(notes[0].message.contains("Assumption 2 of 6"))
      let graph = result.model.graph
      let current = try #require(graph.nodes.first { $0.name.hasSuffix(".current") })
      gains.append(try #require(graph.constant(.scale, of: current)).floats())
    }
    // v = v + dt r I: four times the step is four times the current of an IF neuron.
    for (short, long) in zip(gains[0], gains[1]) { #expect(abs(long - 4 * short) < 1e-6 * long) }
  }

  @Test("a node that is not known is an error, however much of the network stands in front of it")
  func cutShort() throws {
    var model = TinyONNX.one("Relu")
    model.nodes = [
      TinyONNX.node("Relu", ["x"], ["a"], name: "first"),
      TinyONNX.node("Det", ["a"], ["b"], name: "second"),
      TinyONNX.node("Relu", ["b"], ["y"], name: "third"),
    ]
    let error = try #require(try importError(model))
    #expect(error.code == .unsupportedOperator)
    #expect(error.location.node == "second")
    // The same network without it ends where the file says.
    model.nodes[1] = TinyONNX.node("LeakyRelu", ["a"], ["b"], name: "second")
    let folder = try TemporaryFolder()
    let result = try ONNXImporter.read(path: try folder.write(model.bytes, "m.onnx"))
    #expect(result.model.graph.outputs == ["y"])
    #expect(result.model.graph.nodes.map(\.name) == ["first", "second", "third"])
  }
}
