import SpikeCompute
import SpikeEngine
import SpikeGraph
import Testing

@Suite("Learned leaks in the engine")
struct LearnedLeakTests {
  /// Convolution, population, mean pool (fused with the population), population, leaky read-out;
  /// every decay is a constant.
  static func sketch(seed: UInt64) -> Graph {
    var sketch = GraphSketch(input: [2, 6, 6], seed: seed)
    let leaky = GraphSketch.spikingNeurons.filter { $0.model != .integrateAndFire }
    sketch.convolution(5, Convolution(kernel: [3, 3], padsBefore: [1, 1]))
    sketch.neuron(leaky[Int(seed) % leaky.count], perChannel: seed % 2 == 0)
    sketch.add(.averagePool(Pooling(kernel: [2, 2])))
    sketch.convolution(3, Convolution(kernel: [2, 2]))
    sketch.neuron(leaky[Int(seed / 2) % leaky.count])
    sketch.flatten()
    sketch.linear(GradientTests.classes)
    sketch.neuron(Neuron(.leakyIntegrator, membraneDecay: 0.75))
    return learning(sketch.graph)
  }

  static func learning(_ graph: Graph) -> Graph {
    var graph = graph
    for index in graph.nodes.indices {
      guard case .neuron(let neuron) = graph.nodes[index].operator else { continue }
      let name = "\(graph.nodes[index].name).decay"
      graph.nodes[index].parameters[.decay] = name
      graph.constants[name] = .scalar(neuron.membraneDecay)
    }
    return graph
  }

  @Test("gradients of learned leaks are those of the textbook through time", arguments: 0..<48)
  func textbook(seed: UInt64) throws {
    let graph = Self.sketch(seed: seed)
    let (count, steps) = (6, 4)
    let surrogate = GradientTests.surrogates[Int(seed) % 5]
    let detached = seed % 3 != 0
    let batch = Textbook.Batch.random(
      graph, classes: GradientTests.classes, count: count, seed: seed)
    let network = try Network(
      graph,
      EngineConfiguration(
        timeSteps: steps, batch: count, shards: 3, threads: 2, training: true,
        surrogate: surrogate, resetGradientDetached: detached))
    let result = network.step(batch.inputs, labels: batch.labels, count: count)
    let textbook = try Textbook(graph, timeSteps: steps)
    #expect(abs(result.loss - textbook.meanLoss(batch)) < 1e-4)
    let wrong = GradientTests.differences(
      network, textbook.gradients(batch, surrogate: surrogate, detached: detached))
    #expect(wrong.isEmpty, "seed \(seed): \(wrong)")
    #expect(network.parameters.filter { $0.role == .decay }.count == 3)
  }

  @Test("the gradient of a read-out's leak is the slope of the loss", arguments: 0..<8)
  func slope(seed: UInt64) throws {
    var sketch = GraphSketch(input: [7], seed: seed)
    sketch.linear(GradientTests.classes)
    sketch.neuron(
      Neuron(.leakyIntegrator, membraneDecay: 0.7, currentDecay: seed % 2 == 0 ? 0 : 0.5))
    let graph = Self.learning(sketch.graph)
    let name = try #require(graph.nodes.last?.parameters[.decay])
    let batch = Textbook.Batch.random(graph, classes: GradientTests.classes, count: 5, seed: seed)
    let network = try Network(
      graph, EngineConfiguration(timeSteps: 5, batch: 5, shards: 2, threads: 1, training: true))
    _ = network.step(batch.inputs, labels: batch.labels, count: 5)
    var textbook = try Textbook(graph, timeSteps: 5)
    let before = textbook.constants[name]?[0] ?? 0
    func loss(_ decay: Double) -> Double {
      textbook.constants[name] = [decay]
      return textbook.meanLoss(batch)
    }
    let found = (loss(before + 1e-6) - loss(before - 1e-6)) / 2e-6
    #expect(abs(found - Double(network.gradient(of: name)[0])) < 1e-4 * (1 + abs(found)))
    #expect(abs(found) > 1e-6)
  }

  @Test("a decay that is set is the one that is run, and threads change no bit")
  func set() throws {
    let graph = Self.sketch(seed: 4)
    let batch = Textbook.Batch.random(graph, classes: GradientTests.classes, count: 8, seed: 1)
    let names = graph.nodes.compactMap { $0.parameters[.decay] }
    var fixed = graph
    for index in fixed.nodes.indices {
      guard case .neuron(var neuron) = fixed.nodes[index].operator else { continue }
      neuron.membraneDecay = 0.625
      fixed.nodes[index].operator = .neuron(neuron)
      fixed.nodes[index].parameters[.decay] = nil
    }
    let expected = try Network(fixed, EngineConfiguration(timeSteps: 4)).infer(
      batch.inputs, count: 8)
    var gradients: [[Float]] = []
    for threads in 1...2 {
      let network = try Network(
        graph,
        EngineConfiguration(timeSteps: 4, batch: 8, shards: 4, threads: threads, training: true))
      for name in names { network.setValue([0.625], of: name) }
      #expect(network.infer(batch.inputs, count: 8) == expected)
      _ = network.step(batch.inputs, labels: batch.labels, count: 8)
      gradients.append(names.flatMap { network.gradient(of: $0) })
    }
    #expect(gradients[0] == gradients[1])
    #expect(gradients[0].allSatisfy { $0 != 0 })
  }
}
