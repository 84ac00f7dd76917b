import SpikeEngine
import SpikeGraph
import Testing

/// The rates that a training step reports are read while the memory of spikes is given to other
/// values: every kind of reader behind a population is tried.
@Suite struct TrainingRatesTests {
  @Test(
    "training reports the rates that inference counts",
    arguments: [Pooling(kernel: [2, 2]), Pooling(kernel: [3, 3], strides: [1, 1])])
  func rates(pooling: Pooling) throws {
    var sketch = GraphSketch(input: [2, 8, 8], seed: 7)
    for pool in [Operator.averagePool(pooling), .maxPool(pooling)] {
      sketch.convolution(6, Convolution(kernel: [3, 3], padsBefore: [1, 1]))
      sketch.neuron(Neuron(.leakyIntegrateAndFire, membraneDecay: 0.5))
      sketch.add(pool)
    }
    sketch.flatten()
    sketch.linear(20)
    sketch.neuron(Neuron())
    sketch.linear(5)
    sketch.neuron(Neuron(.leakyIntegrator, membraneDecay: 1))

    let count = 6
    let network = try Network(
      sketch.graph, EngineConfiguration(timeSteps: 4, batch: count, shards: 4, training: true))
    let inputs = sketch.dice.units(count * network.inputCount)
    let statistics = network.spikeStatistics(inputs, count: count)
    let result = network.step(inputs, labels: [0, 1, 2, 3, 4, 0], count: count)

    #expect(result.rates.map(\.node) == statistics.populations.map(\.node))
    #expect(result.rates.allSatisfy { $0.rate > 0 })
    for (trained, counted) in zip(result.rates, statistics.populations) {
      #expect(abs(trained.rate - counted.rate) < 1e-12, "\(trained.node)")
    }
  }
}
