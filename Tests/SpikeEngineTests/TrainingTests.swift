import SpikeCompute
import SpikeEngine
import SpikeGraph
import Testing

@Suite struct TrainingTests {
  /// A network of the size at which kernels begin to cut their work: 32 and 64 channels.
  static func wide(seed: UInt64) -> Graph {
    var sketch = GraphSketch(input: [1, 12, 12], seed: seed)
    sketch.convolution(32, Convolution(kernel: [3, 3], padsBefore: [1, 1]))
    sketch.neuron(Neuron(.leakyIntegrateAndFire, membraneDecay: 0.5))
    sketch.add(.averagePool(Pooling(kernel: [2, 2])))
    sketch.convolution(64, Convolution(kernel: [3, 3], padsBefore: [1, 1]))
    sketch.neuron(Neuron(.leakyIntegrateAndFire, membraneDecay: 0.5), perChannel: true)
    sketch.add(.averagePool(Pooling(kernel: [2, 2])))
    sketch.flatten()
    sketch.linear(96)
    sketch.neuron(Neuron(.leakyIntegrateAndFire, membraneDecay: 0.5))
    sketch.linear(10)
    sketch.neuron(Neuron(.leakyIntegrator))
    var graph = sketch.graph
    for name in graph.constants.keys.sorted() where name.hasPrefix("weight") {
      guard let old = graph.constants[name] else { continue }
      let fanIn = Float(old.count / old.shape[0])
      graph.constants[name] = Tensor(
        sketch.dice.units(old.count, scale: 3 / fanIn.squareRoot()), shape: old.shape)
    }
    return graph
  }

  static func allGradients(_ network: Network) -> [[Float]] {
    network.parameters.map { network.gradient(of: $0.name) }
  }

  @Test("gradients have the same bits on one and on two threads")
  func threads() throws {
    for (graph, classes) in [(Self.wide(seed: 1), 10)]
      + (0..<10).map({ (RandomGraphs.snn(seed: $0), 4) })
    {
      let batch = Textbook.Batch.random(graph, classes: classes, count: 21, seed: 4)
      var results: [[[Float]]] = []
      var steps: [StepResult] = []
      for threads in [1, 2, 3] {
        let network = try Network(
          graph,
          EngineConfiguration(
            timeSteps: 3, batch: 21, shards: 5, threads: threads, training: true))
        steps.append(network.step(batch.inputs, labels: batch.labels, count: 21))
        results.append(Self.allGradients(network))
      }
      #expect(results[0] == results[1])
      #expect(results[0] == results[2])
      #expect(steps[0] == steps[1])
    }
  }

  @Test("wide networks infer the same bits in any batch and on any number of threads")
  func wideInference() throws {
    let graph = Self.wide(seed: 2)
    var dice = Dice(8)
    let inputs = dice.units(33 * 144, scale: 2)
    let configuration = EngineConfiguration(timeSteps: 4, batch: 33, shards: 1, threads: 1)
    let network = try Network(graph, configuration)
    let reference = network.infer(inputs, count: 33)
    let rates = network.spikeStatistics(inputs, count: 33).populations.map(\.rate)
    #expect(rates.allSatisfy { (0.01...0.9).contains($0) }, "\(rates)")
    for (batch, shards, threads) in [(64, 8, 2), (7, 3, 1), (1, 1, 2), (16, 1, 1)] {
      let other = try Network(
        graph,
        EngineConfiguration(timeSteps: 4, batch: batch, shards: shards, threads: threads))
      #expect(other.infer(inputs, count: 33) == reference, "\(batch) \(shards) \(threads)")
    }
    #expect(network.infer(Array(inputs[..<144]), count: 1) == Array(reference[..<10]))
  }

  @Test("a shard that does not fit the memory is worked on in pieces")
  func pieces() throws {
    let graph = Self.wide(seed: 3)
    let batch = Textbook.Batch.random(graph, classes: 10, count: 12, seed: 6)
    var gradients: [[[Float]]] = []
    for limit in [1 << 30, 1] {
      let network = try Network(
        graph,
        EngineConfiguration(
          timeSteps: 2, batch: 12, shards: 2, threads: 2, training: true, memoryLimit: limit))
      _ = network.step(batch.inputs, labels: batch.labels, count: 12)
      gradients.append(Self.allGradients(network))
    }
    for (whole, parts) in zip(gradients[0], gradients[1]) {
      let size = whole.map(abs).max() ?? 1
      let worst = zip(whole, parts).map { abs($0 - $1) }.max() ?? 0
      #expect(worst <= 1e-4 * max(size, 1e-3))
    }
  }

  @Test("batches of any size run, and a step after a larger one is not touched by it")
  func sizes() throws {
    let graph = RandomGraphs.snn(seed: 12)
    let network = try Network(
      graph, EngineConfiguration(timeSteps: 3, batch: 8, shards: 4, threads: 2, training: true))
    for count in [1, 8, 3, 20, 5] {
      let batch = Textbook.Batch.random(graph, classes: 4, count: count, seed: UInt64(count))
      _ = network.step(batch.inputs, labels: batch.labels, count: count)
      let fresh = try Network(
        graph, EngineConfiguration(timeSteps: 3, batch: 8, shards: 4, threads: 1, training: true))
      _ = fresh.step(batch.inputs, labels: batch.labels, count: count)
      #expect(Self.allGradients(network) == Self.allGradients(fresh), "count \(count)")
    }
  }

  @Test("training lowers the loss of a small spiking network")
  func learning() throws {
    var sketch = GraphSketch(input: [8], seed: 11)
    sketch.linear(24)
    sketch.neuron(Neuron(.leakyIntegrateAndFire, membraneDecay: 0.5))
    sketch.linear(2)
    sketch.neuron(Neuron(.leakyIntegrator))
    let network = try Network(
      sketch.graph, EngineConfiguration(timeSteps: 4, batch: 32, shards: 4, training: true))
    // Two classes: is the sum of squares of the first half larger than that of the second?
    var dice = Dice(5)
    var batch = Textbook.Batch(inputs: [], labels: [])
    for _ in 0..<32 {
      let x = dice.units(8, scale: 2)
      let energy = { (part: ArraySlice<Float>) in part.reduce(Float(0)) { $0 + $1 * $1 } }
      batch.labels.append(energy(x[..<4]) > energy(x[4...]) ? 1 : 0)
      batch.inputs += x
    }
    let first = network.step(batch.inputs, labels: batch.labels, count: 32)
    var last = first
    for _ in 0..<80 {
      for parameter in network.parameters where parameter.role != .threshold {
        let gradient = network.gradient(of: parameter.name)
        let value = network.value(of: parameter.name)
        network.setValue(
          zip(value, gradient).map { $0 - 0.2 * $1 }, of: parameter.name)
      }
      last = network.step(batch.inputs, labels: batch.labels, count: 32)
    }
    #expect(last.loss < 0.5 * first.loss, "\(first.loss) to \(last.loss)")
    #expect(last.correct >= 30 && last.correct > first.correct)
    #expect(last.rates.map(\.node) == ["n1"] && last.rates[0].rate > 0)
  }
}
