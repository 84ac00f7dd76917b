import SpikeCompute
import SpikeEngine
import SpikeGraph
import Testing

@Suite struct SparseTrainingTests {
  /// Convolutions wide enough for events, on spikes and on means of spikes, and a strided one.
  private static func sparse(seed: UInt64) -> Graph {
    var sketch = GraphSketch(input: [2, 8, 8], seed: seed)
    let neuron = Neuron(.leakyIntegrateAndFire, membraneDecay: 0.5)
    sketch.convolution(16, Convolution(kernel: [3, 3], padsBefore: [1, 1]))
    sketch.neuron(neuron)
    sketch.convolution(20, Convolution(kernel: [3, 3], padsBefore: [1, 1]))
    sketch.neuron(neuron)
    sketch.add(.averagePool(Pooling(kernel: [2, 2])))
    sketch.convolution(17, Convolution(kernel: [3, 2], padsBefore: [1, 1]))
    sketch.neuron(neuron)
    sketch.convolution(18, Convolution(kernel: [2, 2], strides: [2, 2]))
    sketch.neuron(neuron)
    sketch.flatten()
    sketch.linear(4)
    sketch.neuron(Neuron(.leakyIntegrator))
    return sketch.graph
  }

  @Test("spikes of any density give the textbook's loss and gradients", arguments: 0..<12)
  func gradients(seed: UInt64) throws {
    var graph = Self.sparse(seed: seed)
    // Higher thresholds, sparser spikes.
    for name in graph.constants.keys where name.hasPrefix("threshold") {
      graph.constants[name] = .scalar([0.25, 1, 4][Int(seed) % 3])
    }
    let batch = Textbook.Batch.random(graph, classes: 4, count: 6, seed: seed)
    // The triangle is 0 far from the threshold, so that gradients are sparse as well.
    let surrogate: Surrogate = seed < 6 ? .triangle(width: 0.25) : .atan(alpha: 2)
    let network = try Network(
      graph,
      EngineConfiguration(
        timeSteps: 3, batch: 6, shards: 3, threads: 2, training: true, surrogate: surrogate))
    let result = network.step(batch.inputs, labels: batch.labels, count: 6)
    #expect(result.rates.contains { $0.rate > 0 }, "seed \(seed)")
    let textbook = try Textbook(graph, timeSteps: 3)
    #expect(abs(result.loss - textbook.meanLoss(batch)) < 1e-4, "seed \(seed)")
    let wrong = GradientTests.differences(
      network, textbook.gradients(batch, surrogate: surrogate))
    #expect(wrong.isEmpty, "seed \(seed): \(wrong)")
  }

  @Test("a network without anything to train has a loss")
  func nothingToTrain() throws {
    var graph = Graph(inputs: [GraphInput(name: "x", shape: [4])], outputs: ["y"])
    graph.nodes = [
      Node(name: "n", operator: .neuron(Neuron(.leakyIntegrator)), inputs: ["x"], output: "y")
    ]
    let network = try Network(
      graph, EngineConfiguration(timeSteps: 2, batch: 3, training: true))
    let result = network.step(
      [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 9, 0], labels: [0, 0, 2], count: 3)
    #expect(result.correct == 3 && result.loss > 0 && result.loss < 1.4)
  }

  @Test("the shape of the output is the graph's, behind a reshape that moves nothing as well")
  func shapeOfReshapedOutput() throws {
    var sketch = GraphSketch(input: [3, 1, 1], seed: 1)
    sketch.convolution(4, Convolution(kernel: [1, 1]))
    sketch.flatten()
    let network = try Network(sketch.graph, EngineConfiguration(batch: 2))
    #expect(network.inputShape == [3, 1, 1] && network.outputShape == [4])
  }
}

@Suite struct SparseLinearTrainingTests {
  /// Matrix products wide enough for events, and a narrow one.
  private static func layers(seed: UInt64) -> Graph {
    var sketch = GraphSketch(input: [30], seed: seed)
    let neuron = Neuron(.leakyIntegrateAndFire, membraneDecay: 0.5)
    for width in [40, 33, 64] {
      sketch.linear(width)
      sketch.neuron(neuron)
    }
    sketch.linear(4)
    sketch.neuron(Neuron(.leakyIntegrator))
    return sketch.graph
  }

  private static func network(_ graph: Graph, threads: Int, surrogate: Surrogate) throws -> Network
  {
    try Network(
      graph,
      EngineConfiguration(
        timeSteps: 3, batch: 22, shards: 2, threads: threads, training: true,
        surrogate: surrogate))
  }

  @Test("spikes of any density give the textbook's loss and gradients", arguments: 0..<15)
  func gradients(seed: UInt64) throws {
    var graph = Self.layers(seed: seed)
    // From rows that are all dense over mixed ones to a few spikes; powers of two, so that no
    // rounding decides about a spike.
    let threshold: Float = [0.0625, 0.5, 1, 2, 4][Int(seed) % 5]
    for name in graph.constants.keys where name.hasPrefix("threshold") {
      graph.constants[name] = .scalar(threshold)
    }
    let batch = Textbook.Batch.random(graph, classes: 4, count: 22, seed: seed)
    let surrogate: Surrogate = seed % 2 == 0 ? .triangle(width: 0.25) : .atan(alpha: 2)
    let network = try Self.network(graph, threads: 1, surrogate: surrogate)
    let result = network.step(batch.inputs, labels: batch.labels, count: 22)
    let textbook = try Textbook(graph, timeSteps: 3)
    #expect(abs(result.loss - textbook.meanLoss(batch)) < 1e-4, "seed \(seed)")
    let wrong = GradientTests.differences(
      network, textbook.gradients(batch, surrogate: surrogate))
    #expect(wrong.isEmpty, "seed \(seed), threshold \(threshold): \(wrong)")

    let other = try Self.network(graph, threads: 2, surrogate: surrogate)
    _ = other.step(batch.inputs, labels: batch.labels, count: 22)
    #expect(
      other.gradientMemory.array().map(\.bitPattern)
        == network.gradientMemory.array().map(\.bitPattern))
  }
}
