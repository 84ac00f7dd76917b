import SpikeConvert
import SpikeData
import SpikeDiagnostics
import SpikeEngine
import SpikeGraph
import Testing

@Suite("Passes")
struct PassTests {
  private func state(
    _ graph: Graph, _ folding: BatchNormalizationFolding = .intoThreshold
  ) -> ConversionState {
    ConversionState(
      graph: graph, encoding: InputEncoding(scale: [1], offset: [0]),
      options: ConvertOptions(batchNormalization: folding))
  }

  private func run(_ state: ConversionState) throws -> ConversionState {
    var copy = state
    try ConversionRecipe.run(&copy)
    return copy
  }

  /// Outputs of a state on raw samples, through its encoding.
  private func outputs(_ state: ConversionState, count: Int) throws -> [Float] {
    let shape = state.graph.inputs[0].shape
    let data = try NetworkSketch.data(shape, count: count, seed: 3)
    let network = try Network(state.graph, EngineConfiguration(threads: 2))
    return network.infer(
      data.encoded(
        scale: state.encoding.scale, offset: state.encoding.offset, bits: nil), count: count)
  }

  private func largestDifference(_ first: [Float], _ second: [Float]) -> Float {
    zip(first, second).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test(
    "all passes together keep the function of a network", arguments: 0..<48,
    BatchNormalizationFolding.allCases)
  func functionIsKept(seed: UInt64, folding: BatchNormalizationFolding) throws {
    var graph = NetworkSketch.random(seed: seed)
    if case .softmax? = graph.nodes.last?.operator {
      // The softmax goes; the logits in front of it are compared.
      graph.outputs = graph.nodes[graph.nodes.count - 1].inputs
      graph.nodes.removeLast()
    }
    let before = state(graph, folding)
    let after = try run(state(NetworkSketch.random(seed: seed), folding))
    let expected = try outputs(before, count: 6)
    let found = try outputs(after, count: 6)
    #expect(expected.count == 18 && found.count == 18)
    #expect(largestDifference(expected, found) < 1e-5, "seed \(seed)")
    for node in after.graph.nodes {
      switch node.operator {
      case .batchNormalization, .softmax, .leakyRelu:
        Issue.record("seed \(seed): \(node.operator.name) is left")
      default: break
      }
    }
  }

  @Test("folding into thresholds leaves the weights as they are")
  func weightsUntouched() throws {
    var sketch = NetworkSketch(input: [1, 6, 6], seed: 1)
    sketch.convolution(5)
    sketch.batchNormalization()
    sketch.add(.relu)
    sketch.linear(3)
    let folded = try run(state(sketch.graph))
    #expect(folded.graph.constants["weight0"] == sketch.graph.constants["weight0"])
    #expect(folded.findings.isEmpty)
    let intoWeights = try run(state(sketch.graph, .intoWeights))
    #expect(intoWeights.graph.constants["weight0"] != sketch.graph.constants["weight0"])
    #expect(intoWeights.graph.nodes.count == sketch.graph.nodes.count - 1)
  }

  @Test("negative scales negate their channels and are reported; zero scales make constants")
  func signs() throws {
    var sketch = NetworkSketch(input: [1, 6, 6], seed: 2)
    sketch.convolution(5)
    sketch.batchNormalization(negative: true, hasZero: true)
    sketch.add(.relu)
    sketch.linear(3)
    let folded = try run(state(sketch.graph))
    let old = try #require(sketch.graph.constants["weight0"]?.floats())
    let new = try #require(folded.graph.constants["weight0"]?.floats())
    #expect(Array(new[0..<9]) == old[0..<9].map { -$0 })
    #expect(Array(new[9..<18]) == Array(old[9..<18]))
    #expect(new[36..<45].allSatisfy { $0 == 0 })
    #expect(
      folded.findings.map(\.code) == ["convert.channels-negated", "convert.channels-constant"])
    #expect(folded.findings.map(\.severity) == [.warning, .note])
  }

  @Test("a normalised input moves into the encoding, so that padding sees what it saw")
  func inputNormalization() throws {
    var sketch = NetworkSketch(input: [3, 5, 5], seed: 4)
    sketch.add(.affine, [.scale: .scalar(1 / 255)])
    sketch.add(
      .affine,
      [
        .scale: Tensor([4, 5, 6], shape: [3, 1, 1]),
        .shift: Tensor([-1, 0.5, 2], shape: [3, 1, 1]),
      ])
    sketch.convolution(4)
    sketch.add(.relu)
    sketch.linear(3)
    var start = state(sketch.graph)
    start.encoding = InputEncoding(scale: [0.5], offset: [1])
    let folded = try run(start)
    #expect(folded.graph.nodes.count == sketch.graph.nodes.count - 2)
    let factors: [Float] = [4, 5, 6]
    let offsets: [Float] = [-1, 0.5, 2]
    for channel in 0..<3 {
      #expect(abs(folded.encoding.scale[channel] - factors[channel] / 510) < 1e-7)
      #expect(
        abs(folded.encoding.offset[channel] - (factors[channel] / 255 + offsets[channel])) < 1e-6)
    }
    #expect(largestDifference(try outputs(start, count: 4), try outputs(folded, count: 4)) < 1e-5)
  }

  @Test("ReLU moves in front of max pooling, so that the pool sees spikes")
  func maximumPooling() throws {
    var sketch = NetworkSketch(input: [1, 8, 8], seed: 5)
    sketch.convolution(4)
    sketch.add(.maxPool(Pooling(kernel: [2, 2])))
    sketch.batchNormalization()
    sketch.add(.relu)
    sketch.linear(3)
    let before = state(sketch.graph)
    let after = try run(before)
    let names = after.graph.nodes.map(\.operator.name)
    #expect(names == ["Convolution", "Affine", "Relu", "MaxPool", "Reshape", "Linear"])
    #expect(largestDifference(try outputs(before, count: 5), try outputs(after, count: 5)) < 1e-5)
  }

  @Test("nodes that the output does not need are dropped and named")
  func unusedNodes() throws {
    var sketch = NetworkSketch(input: [1, 4, 4], seed: 6)
    sketch.convolution(2)
    let used = sketch.add(.relu)
    sketch.convolution(3)
    sketch.add(.relu)
    sketch.last = used
    sketch.linear(3)
    let after = try run(state(sketch.graph))
    #expect(after.graph.nodes.map(\.name) == ["n0", "n1", "n4", "n5"])
    #expect(after.findings.map(\.code) == ["convert.unused-nodes"])
    #expect(after.findings.first?.message.contains("'n2', 'n3'") == true)
  }

  @Test("activations without a counterpart are refused by name, all at once")
  func refusedActivations() throws {
    var sketch = NetworkSketch(input: [1, 4, 4], seed: 7)
    sketch.convolution(2)
    sketch.add(.leakyRelu(alpha: 0.1))
    sketch.convolution(2)
    sketch.add(.clip(minimum: -1, maximum: 1))
    sketch.linear(3)
    let error = try #require(throws: ConvertError.self) { try run(state(sketch.graph)) }
    #expect(error.code == .unsupportedActivation)
    #expect(error.findings.map(\.location.node) == ["n1", "n3"])
    #expect(error.fix?.contains("ReLU") == true)
  }

  @Test("a leaky ReLU becomes a ReLU only on request, with a warning")
  func leakyOnRequest() throws {
    var sketch = NetworkSketch(input: [1, 4, 4], seed: 8)
    sketch.convolution(2)
    sketch.add(.leakyRelu(alpha: 0.1))
    sketch.linear(3)
    var start = ConversionState(
      graph: sketch.graph, encoding: InputEncoding(),
      options: ConvertOptions(approximatesLeakyRelu: true))
    try ConversionRecipe.run(&start)
    #expect(start.graph.nodes[1].operator == .relu)
    #expect(start.findings.map(\.code) == ["convert.leaky-relu-approximated"])
  }

  @Test("a grid from 0 becomes a clip, one on both sides of 0 goes, and a note says so")
  func grids() throws {
    var sketch = NetworkSketch(input: [1, 4, 4], seed: 8)
    sketch.add(.quantize(minimum: -128, maximum: 127))
    sketch.convolution(2)
    sketch.add(.quantize(minimum: 0, maximum: 255))
    sketch.linear(3)
    var start = ConversionState(
      graph: sketch.graph, encoding: InputEncoding(), options: ConvertOptions())
    try ConversionRecipe.run(&start)
    #expect(start.graph.nodes[1].operator == .clip(minimum: 0, maximum: 255))
    #expect(start.graph.nodes[0].operator.name == "Convolution")
    #expect(start.findings.map(\.code) == ["convert.grid-dropped"])
  }

  @Test("a softmax inside the network is refused")
  func innerSoftmax() throws {
    var sketch = NetworkSketch(input: [1, 4, 4], seed: 9)
    sketch.linear(4)
    sketch.add(.softmax(axis: 0, logarithm: false))
    sketch.linear(4)
    sketch.add(.relu)
    let error = try #require(throws: ConvertError.self) { try run(state(sketch.graph)) }
    #expect(error.code == .unsupportedOperator)
    #expect(error.location.node == "n2")
  }

  @Test("a constant that two nodes share is copied before one of them changes it")
  func sharedConstants() throws {
    var sketch = NetworkSketch(input: [2, 6, 6], seed: 10)
    sketch.convolution(2, bias: false)
    sketch.batchNormalization(negative: true)
    sketch.add(.relu)
    let weight = try #require(sketch.graph.constants["weight0"])
    sketch.add(
      .convolution(Convolution(kernel: [3, 3], padsBefore: [1, 1])), [.weight: weight])
    sketch.add(.relu)
    sketch.linear(3)
    var graph = sketch.graph
    graph.nodes[3].parameters[.weight] = "weight0"
    graph.constants["weight3"] = nil
    let before = state(graph)
    let after = try run(before)
    #expect(largestDifference(try outputs(before, count: 4), try outputs(after, count: 4)) < 1e-5)
    #expect(after.graph.constants["weight0"] == weight)
  }
}
