import SpikeCompute
import SpikeEngine
import SpikeGraph
import Testing

/// A population and the pool behind it run as one kernel; nothing may show it.
@Suite struct FusionTests {
  static func graph(_ neuron: Neuron, channels: Int, isMean: Bool, seed: UInt64) -> Graph {
    var sketch = GraphSketch(input: [2, 4, 6], seed: seed)
    let same = Convolution(kernel: [3, 3], padsBefore: [1, 1])
    // Means over powers of two are exact in float32.
    for kernel in isMean ? [[2, 2], [2, 1]] : [[2, 3], [2, 1]] {
      sketch.convolution(channels, same)
      sketch.neuron(neuron, perChannel: true)
      let pooling = Pooling(kernel: kernel)
      sketch.add(isMean ? .averagePool(pooling) : .sumPool(pooling))
    }
    sketch.flatten()
    sketch.linear(GradientTests.classes)
    sketch.neuron(Neuron(.leakyIntegrator))
    return sketch.graph
  }

  @Test(
    "a pooled population spikes and learns as the textbook says",
    arguments: GraphSketch.spikingNeurons.indices)
  func textbook(index: Int) throws {
    let neuron = GraphSketch.spikingNeurons[index]
    // More and fewer channels than a vector register has lanes.
    for channels in [3, 20] {
      let graph = Self.graph(
        neuron, channels: channels, isMean: index % 2 == 0, seed: UInt64(index))
      let (count, steps) = (3, 4)
      let batch = Textbook.Batch.random(
        graph, classes: GradientTests.classes, count: count, seed: UInt64(index))
      let surrogate = GradientTests.surrogates[index % 4]
      let detached = index % 3 != 0
      let network = try Network(
        graph,
        EngineConfiguration(
          timeSteps: steps, batch: count, shards: 2, training: true, surrogate: surrogate,
          resetGradientDetached: detached))
      let result = network.step(batch.inputs, labels: batch.labels, count: count)
      let textbook = try Textbook(graph, timeSteps: steps)
      let wrong = GradientTests.differences(
        network,
        textbook.gradients(batch, surrogate: surrogate, detached: detached))
      #expect(wrong.isEmpty, "\(neuron): \(wrong)")

      let traces = (0..<count).map { textbook.run(batch.sample($0)) }
      let logits = traces.flatMap { textbook.logits($0)[steps - 1] }
      #expect(InferenceTests.distance(network.infer(batch.inputs, count: count), logits) < 1e-4)
      let spikes = traces.flatMap { $0.values.flatMap { $0["v1"] ?? [] } }
      #expect(abs(result.rates[0].rate - spikes.reduce(0, +) / Double(spikes.count)) < 1e-12)
      #expect(result.rates[0].rate > 0)
    }
  }
}
