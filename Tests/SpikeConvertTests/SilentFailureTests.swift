import SpikeConvert
import SpikeData
import SpikeDiagnostics
import SpikeEngine
import SpikeGraph
import Testing

/// What other converters were seen to do without a word: drop the addition of a residual block, leave a functional
/// ReLU as it is, end the network behind its first layers, load weights that are all 0. Gains of neurons
/// (the fifth) come from NIR: `SpikeImportTests/SilentFailureTests`.
@Suite("Conversions never lose a part of the network in silence")
struct SilentFailureTests {
  private func convert(_ graph: Graph, steps: Int) throws -> ConversionResult {
    let data = try NetworkSketch.data(graph.inputs[0].shape, count: 24, seed: 4)
    return try Converter.convert(
      Model(ann: graph), options: ConvertOptions(timeSteps: steps), calibration: data, threads: 1)
  }

  /// Mean square difference of the outputs of two networks on the same samples, in shares of the first one's.
  private func difference(_ first: [Float], _ second: [Float]) -> Float {
    let power = first.reduce(0) { $0 + $1 * $1 }
    return zip(first, second).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / power
  }

  private func outputs(_ graph: Graph, steps: Int, scale: Float = 1) throws -> [Float] {
    let network = try Network(graph, EngineConfiguration(timeSteps: steps, threads: 1))
    let data = try NetworkSketch.data(graph.inputs[0].shape, count: 8, seed: 7)
    let inputs = data.encoded(scale: [1], offset: [0], bits: nil)
    return network.infer(inputs, count: 8).map { $0 * scale }
  }

  private func residual(withSum: Bool) -> Graph {
    var sketch = NetworkSketch(input: [2, 6, 6], seed: 12)
    sketch.convolution(4)
    let skip = sketch.add(.relu)
    sketch.convolution(4)
    if withSum { sketch.add(.add, inputs: [sketch.last, skip]) }
    sketch.add(.relu)
    sketch.linear(3)
    return sketch.graph
  }

  @Test("a residual sum stays: the network of spikes follows the ANN with it, not the one without")
  func residualSum() throws {
    let steps = 64
    let whole = residual(withSum: true)
    let result = try convert(whole, steps: steps)
    #expect(result.model.graph.nodes.contains { $0.operator == .add })
    // A read-out adds up its currents, in units of the last threshold.
    let scale = Float(try #require(result.model.history.last?.metrics["logits.scale"]))
    let spiking = try outputs(result.model.graph, steps: steps, scale: scale / Float(steps))
    let near = difference(try outputs(whole, steps: 1), spiking)
    let far = difference(try outputs(residual(withSum: false), steps: 1), spiking)
    #expect(near < 0.01)
    #expect(far > 20 * near)
  }

  @Test("every use of an activation becomes neurons of its own, or is refused")
  func activations() throws {
    var sketch = NetworkSketch(input: [1, 6, 6], seed: 3)
    for _ in 0..<3 {
      sketch.convolution(3)
      sketch.add(.relu)
    }
    sketch.linear(3)
    let result = try convert(sketch.graph, steps: 4)
    let operators = result.model.graph.nodes.map(\.operator)
    #expect(operators.count { $0 == .relu } == 0)
    #expect(operators.count { $0.isNeuron } == 4)
    #expect(result.layers.count == 3)

    var signed = NetworkSketch(input: [1, 6, 6], seed: 3)
    signed.convolution(3)
    signed.add(.clip(minimum: -1, maximum: 1))
    signed.linear(3)
    let error = #expect(throws: ConvertError.self) { try convert(signed.graph, steps: 4) }
    #expect(error?.code == .unsupportedActivation)
    #expect(error?.location.node == "n1")
  }

  @Test("the last value of the ANN is the last value of the network of spikes")
  func wholeLength() throws {
    for seed in 0..<6 as Range<UInt64> {
      let graph = NetworkSketch.random(seed: seed)
      let result = try convert(graph, steps: 2)
      let weights = graph.nodes.filter { $0.parameters[.weight] != nil }.map(\.name)
      let kept = result.model.graph.nodes.filter { $0.parameters[.weight] != nil }.map(\.name)
      #expect(kept == weights, "seed \(seed)")
    }
    // Nodes that do not lead to the output are a numbered warning, not a shorter network.
    var graph = residual(withSum: true)
    graph.outputs = [graph.nodes[3].output]
    let findings = try convert(graph, steps: 2).findings
    #expect(findings.contains { $0.code == "convert.unused-nodes" })
  }

  @Test("weights that are all 0 are an error by the name of the layer")
  func zeroWeights() throws {
    var graph = residual(withSum: true)
    let node = graph.nodes[2]
    let name = try #require(node.parameters[.weight])
    let shape = try #require(graph.constants[name]).shape
    graph.constants[name] = Tensor([Float](repeating: 0, count: shape.elementCount), shape: shape)
    let error = #expect(throws: ConvertError.self) { try convert(graph, steps: 2) }
    #expect(error?.code == .zeroWeights)
    #expect(error?.location.node == node.name)
  }
}
