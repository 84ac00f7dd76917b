import SpikeEngine
import SpikeGraph
import Testing

@Suite struct CumulativePoolTests {
  static let pools = [
    Pooling(kernel: [2, 2], isCumulative: true),
    Pooling(kernel: [3, 3], strides: [2, 2], padsBefore: [1, 1], isCumulative: true),
    Pooling(kernel: [1, 1], isCumulative: true),
  ]

  /// Convolution, population, cumulative pool, linear, read-out.
  private func sketch(_ pool: Pooling, _ neuron: Neuron, seed: UInt64) -> (GraphSketch, ValueName) {
    var sketch = GraphSketch(input: [2, 6, 6], seed: seed)
    sketch.convolution(3, Convolution(kernel: [3, 3], padsBefore: [1, 1]))
    let threshold: [ParameterRole: Tensor] = neuron.spikes ? [.threshold: .scalar(0.7)] : [:]
    let population = sketch.add(.neuron(neuron), threshold)
    sketch.add(.maxPool(pool))
    sketch.add(.reshape([sketch.lastShape.elementCount]))
    sketch.linear(4)
    sketch.add(.neuron(Neuron(.leakyIntegrator)))
    return (sketch, population)
  }

  @Test("spikes in, spikes out, as many as the busiest neuron of the window has", arguments: pools)
  func counts(pool: Pooling) throws {
    let (sketch, population) = sketch(pool, Neuron(), seed: 5)
    let graph = sketch.graph
    let (steps, count) = (9, 5)
    var dice = Dice(3)
    let inputs = dice.units(count * 72, scale: 1)
    let pooled = graph.nodes[2].output
    let network = try Network(graph, EngineConfiguration(timeSteps: steps, threads: 2))
    // A plain maximum of the counts is the oracle.
    var reference = Graph(
      inputs: [GraphInput(name: "x", shape: [3, 6, 6])], outputs: ["y"],
      nodes: [
        Node(
          name: "p",
          operator: .maxPool(
            Pooling(
              kernel: pool.kernel, strides: pool.strides, padsBefore: pool.padsBefore,
              padsAfter: pool.padsAfter)), inputs: ["x"], output: "y")
      ])
    reference.name = "counts"
    let oracle = try Network(reference, EngineConfiguration(threads: 1))
    var sums: [ValueName: [Float]] = [:]
    var total: Float = 0
    network.observe(inputs, count: count, values: [population, pooled]) { activation in
      let block = activation.values.count / steps
      var sum = [Float](repeating: 0, count: block)
      for (index, value) in activation.values.enumerated() {
        #expect(value == 0 || value == 1)
        sum[index % block] += value
      }
      // Channels last to the order of the graph.
      let channels = activation.shape[0]
      let area = activation.shape.elementCount / channels
      for sample in 0..<activation.count {
        for channel in 0..<channels {
          for place in 0..<area {
            sums[activation.name, default: []].append(
              sum[(sample * area + place) * channels + channel])
          }
        }
      }
      total += sum.reduce(0, +)
    }
    #expect(total > 50)
    #expect(sums[pooled] == oracle.infer(sums[population] ?? [], count: count))
  }

  @Test("gradients through a cumulative pool are slopes of the loss", arguments: 0..<12)
  func gradients(seed: UInt64) throws {
    // Potentials instead of spikes: everything is differentiable, and differs from step to step.
    let neuron = Neuron(.leakyIntegrator, membraneDecay: 0.6)
    let (sketch, _) = sketch(Self.pools[Int(seed % 2)], neuron, seed: seed)
    var dice = Dice(seed)
    let inputs = dice.units(3 * 72, scale: 2)
    let configuration = EngineConfiguration(timeSteps: 4, batch: 3, shards: 2, training: true)
    let network = try Network(sketch.graph, configuration)
    let labels = [0, 3, 1]
    let options = LossOptions(logitScale: 0.2)
    _ = network.step(inputs, labels: labels, count: 3, loss: options)
    let name = try #require(sketch.graph.nodes[0].parameters[.weight])
    let gradient = network.gradient(of: name)
    let size = gradient.map(abs).max() ?? 0
    #expect(size > 1e-4)
    let original = network.value(of: name)
    func loss(_ values: [Float]) -> Double {
      network.setValue(values, of: name)
      return Double(network.step(inputs, labels: labels, count: 3, loss: options).loss)
    }
    func slope(_ index: Int, _ step: Float) -> Double {
      var above = original
      var below = original
      above[index] += step
      below[index] -= step
      return (loss(above) - loss(below)) / Double(above[index] - below[index])
    }
    // The loss has kinks where the winner of a window changes: there two step sizes give two slopes.
    var compared = 0
    let places = Array(stride(from: 0, to: gradient.count, by: 5))
    for index in places {
      let found = slope(index, 1e-3)
      guard abs(found - slope(index, 4e-3)) < 0.02 * Double(size) else { continue }
      compared += 1
      #expect(abs(found - Double(gradient[index])) < 0.03 * Double(size), "seed \(seed)")
    }
    #expect(compared * 2 > places.count)
  }
}
