import SpikeConvert
import SpikeDiagnostics
import SpikeGraph
import Testing

@Suite("Quantised networks on the way to spikes")
struct QuantizationTests {
  /// A layer, a quantiser with scale 1/8, and its dequantiser.
  private static func quantized(_ low: Float, _ high: Float, rectified: Bool) -> NetworkSketch {
    var sketch = NetworkSketch(input: [1, 4, 4], seed: 3)
    sketch.convolution(2)
    if rectified { sketch.add(.relu) }
    sketch.add(.affine, [.scale: .scalar(8)])
    sketch.add(.pointwise(Pointwise(.round)))
    sketch.add(.clip(minimum: low, maximum: high))
    sketch.add(.affine, [.scale: .scalar(0.125)])
    return sketch
  }

  private func settled(_ graph: Graph) throws -> ConversionState {
    var state = ConversionState(
      graph: graph, encoding: InputEncoding(), options: ConvertOptions())
    try ConversionRecipe.run(&state, until: "settle-activations")
    return state
  }

  @Test("an unsigned quantiser behind a ReLU is one clip")
  func unsigned() throws {
    var sketch = Self.quantized(0, 15, rectified: true)
    sketch.linear(3)
    let state = try settled(sketch.graph)
    #expect(
      state.graph.nodes.map(\.operator.name) == [
        "Convolution", "Affine", "Clip", "Affine", "Reshape", "Linear",
      ])
    #expect(state.findings.map(\.code) == ["convert.quantization-dropped"])
  }

  @Test("a signed quantiser behind a ReLU loses its lower side")
  func signed() throws {
    var sketch = Self.quantized(-8, 7, rectified: true)
    sketch.linear(3)
    let nodes = try settled(sketch.graph).graph.nodes
    #expect(nodes.contains { $0.operator == .clip(minimum: 0, maximum: 7) })
    #expect(!nodes.contains { $0.operator == .relu })
  }

  @Test("a signed quantiser of a current vanishes")
  func current() throws {
    var sketch = Self.quantized(-8, 7, rectified: false)
    sketch.add(.relu)
    sketch.linear(3)
    let nodes = try settled(sketch.graph).graph.nodes
    #expect(
      nodes.map(\.operator.name) == [
        "Convolution", "Affine", "Affine", "Relu", "Reshape", "Linear",
      ])
  }

  @Test("the outlook names what is refused and what is approximated, before there are data")
  func outlook() {
    var sketch = Self.quantized(0, 15, rectified: true)
    sketch.add(.pointwise(Pointwise(.tanh)))
    let gate = sketch.last
    sketch.add(.multiply, inputs: [gate, gate])
    sketch.linear(3)
    let outlook = ConversionOutlook(sketch.graph)
    #expect(Set(outlook.refused.keys) == ["n6", "n7"])
    #expect(Array(outlook.approximated.keys) == ["n3"])
    #expect(outlook.refused["n6"]?.fix?.contains("Relu") == true)
  }

  @Test("a sigmoid at the end is taken out")
  func finalSigmoid() throws {
    var sketch = NetworkSketch(input: [1, 4, 4], seed: 4)
    sketch.convolution(2)
    sketch.add(.relu)
    sketch.linear(3)
    sketch.add(.pointwise(Pointwise(.sigmoid)))
    let state = try settled(sketch.graph)
    #expect(state.graph.nodes.last?.operator == .linear)
    #expect(state.findings.map(\.code) == ["convert.softmax-removed"])
  }
}
