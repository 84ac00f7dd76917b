import SpikeCompute
import SpikeEngine
import SpikeGraph
import Testing

@Suite struct GradientTests {
  static let classes = 4

  /// Compares all gradients of a network with the textbook's; returns what differs.
  static func differences(
    _ network: Network, _ expected: [ValueName: [Double]], tolerance: Double = 1e-4
  ) -> [String] {
    network.parameters.compactMap { parameter in
      let found = network.gradient(of: parameter.name)
      let right = expected[parameter.name] ?? found.map { _ in 0 }
      let size = max(1e-2, right.map(abs).max() ?? 0)
      let worst = zip(found, right).map { abs(Double($0) - $1) / size }.max() ?? 0
      guard found.count == right.count, worst < tolerance else {
        return "\(parameter.node) \(parameter.role): off by \(worst) of \(size)"
      }
      return nil
    }
  }

  @Test("gradients of networks without neurons are the textbook's", arguments: 0..<100)
  func ann(seed: UInt64) throws {
    let graph = RandomGraphs.ann(seed: seed, softmax: seed % 3 == 0)
    let batch = Textbook.Batch.random(graph, classes: Self.classes, count: 5, seed: seed)
    let options = LossOptions(labelSmoothing: 0.1, logitScale: 0.5)
    let network = try Network(
      graph, EngineConfiguration(batch: 5, shards: 2, threads: 2, training: true))
    let result = network.step(batch.inputs, labels: batch.labels, count: 5, loss: options)
    let textbook = try Textbook(graph, timeSteps: 1)
    #expect(abs(result.loss - textbook.meanLoss(batch, options)) < 1e-4)
    let wrong = Self.differences(network, textbook.gradients(batch, options))
    #expect(wrong.isEmpty, "seed \(seed): \(wrong)")
  }

  @Test("gradients of networks without neurons are slopes of the loss", arguments: 200..<230)
  func finiteDifferences(seed: UInt64) throws {
    var graph = RandomGraphs.ann(seed: seed)
    var dice = Dice(seed)
    for name in graph.constants.keys.sorted() {
      guard let old = graph.constants[name] else { continue }
      graph.constants[name] = Tensor(dice.units(old.count), shape: old.shape)
    }
    var batch = Textbook.Batch.random(graph, classes: Self.classes, count: 3, seed: seed)
    batch.inputs = dice.units(batch.inputs.count, scale: 2)
    let network = try Network(
      graph, EngineConfiguration(batch: 3, shards: 3, threads: 1, training: true))
    _ = network.step(batch.inputs, labels: batch.labels, count: 3)
    var textbook = try Textbook(graph, timeSteps: 1)
    for parameter in network.parameters {
      let gradient = network.gradient(of: parameter.name)
      let size = Double(max(0.05, gradient.map(abs).max() ?? 0))
      for _ in 0..<4 {
        let index = dice.whole(0...gradient.count - 1)
        let old = textbook.constants[parameter.name]?[index] ?? 0
        let step = 1e-6
        textbook.constants[parameter.name]?[index] = old + step
        let above = textbook.meanLoss(batch)
        textbook.constants[parameter.name]?[index] = old - step
        let below = textbook.meanLoss(batch)
        textbook.constants[parameter.name]?[index] = old
        let slope = (above - below) / (2 * step)
        #expect(
          abs(slope - Double(gradient[index])) < 1e-3 * size,
          "seed \(seed), \(parameter.node) \(parameter.role)[\(index)]")
      }
    }
  }

  static let surrogates: [Surrogate] = [
    .atan(alpha: 2), .triangle(width: 1), .sigmoid(alpha: 4), .fastSigmoid(slope: 25),
    // Inputs are eighths: a width at whose border none of them lies.
    .rectangle(width: 0.9),
  ]

  @Test("gradients of spiking networks are those of the textbook through time", arguments: 0..<120)
  func snn(seed: UInt64) throws {
    let graph = RandomGraphs.snn(seed: seed)
    let (count, steps) = (4, 3)
    let surrogate = Self.surrogates[Int(seed) % 5]
    let detached = seed % 3 != 0
    let batch = Textbook.Batch.random(graph, classes: Self.classes, count: count, seed: seed)
    let options = LossOptions(logitScale: 1.5)
    let network = try Network(
      graph,
      EngineConfiguration(
        timeSteps: steps, batch: count, shards: 2, threads: 2, training: true,
        surrogate: surrogate, resetGradientDetached: detached))
    let result = network.step(batch.inputs, labels: batch.labels, count: count, loss: options)
    let textbook = try Textbook(graph, timeSteps: steps)
    #expect(abs(result.loss - textbook.meanLoss(batch, options)) < 1e-4)
    let expected = textbook.gradients(
      batch, options, surrogate: surrogate, detached: detached)
    let wrong = Self.differences(network, expected)
    #expect(wrong.isEmpty, "seed \(seed): \(wrong)")

    let traces = (0..<count).map { textbook.run(batch.sample($0)).values }
    for rate in result.rates {
      let node = try #require(graph.nodes.first { $0.name == rate.node })
      let all = traces.flatMap { $0.flatMap { $0[node.output] ?? [] } }
      #expect(abs(rate.rate - all.reduce(0, +) / Double(all.count)) < 1e-12)
    }
  }

  @Test("delays are passed forward and back as in the textbook", arguments: 0..<24)
  func delays(seed: UInt64) throws {
    var sketch = GraphSketch(input: [2, 4, 3], seed: seed)
    func steps(_ count: Int) -> [Int] {
      seed % 2 == 0 ? [sketch.dice.whole(0...3)] : (0..<count).map { _ in sketch.dice.whole(0...5) }
    }
    // In front of everything, where the input is the same in all steps.
    if seed % 3 == 0 { sketch.add(.delay(steps: steps(24))) }
    sketch.convolution(3, Convolution(kernel: [3, 3], padsBefore: [1, 1], padsAfter: [1, 1]))
    sketch.neuron(Neuron(.leakyIntegrateAndFire, membraneDecay: 0.5))
    sketch.add(.delay(steps: steps(36)))
    if seed % 4 < 2 { sketch.add(.averagePool(Pooling(kernel: [2, 1]))) }
    sketch.flatten()
    sketch.linear(6)
    sketch.neuron(Neuron(), perChannel: true)
    sketch.add(.delay(steps: steps(6)))
    sketch.linear(Self.classes)
    sketch.neuron(Neuron(.leakyIntegrator))
    let batch = Textbook.Batch.random(
      sketch.graph, classes: Self.classes, count: 4, seed: seed)
    let network = try Network(
      sketch.graph,
      EngineConfiguration(timeSteps: 5, batch: 4, shards: 2, threads: 2, training: true))
    let options = LossOptions(logitScale: 1.5)
    let result = network.step(batch.inputs, labels: batch.labels, count: 4, loss: options)
    let textbook = try Textbook(sketch.graph, timeSteps: 5)
    #expect(abs(result.loss - textbook.meanLoss(batch, options)) < 1e-4)
    let wrong = Self.differences(
      network, textbook.gradients(batch, options, surrogate: .atan(alpha: 2), detached: true))
    #expect(wrong.isEmpty, "seed \(seed): \(wrong)")
  }

  @Test("the price of spikes has the gradient that the textbook gives it")
  func rateWeight() throws {
    var sketch = GraphSketch(input: [2, 4, 4], seed: 3)
    sketch.convolution(3, Convolution(kernel: [3, 3], padsBefore: [1, 1]))
    sketch.neuron(Neuron(.leakyIntegrateAndFire, membraneDecay: 0.5))
    sketch.add(.averagePool(Pooling(kernel: [2, 2])))
    sketch.flatten()
    sketch.linear(5)
    sketch.neuron(Neuron())
    sketch.linear(Self.classes)
    sketch.neuron(Neuron(.leakyIntegrator))
    let batch = Textbook.Batch.random(sketch.graph, classes: Self.classes, count: 4, seed: 9)
    let options = LossOptions(rateWeight: 0.7)
    let network = try Network(
      sketch.graph, EngineConfiguration(timeSteps: 3, batch: 4, shards: 2, training: true))
    let result = network.step(batch.inputs, labels: batch.labels, count: 4, loss: options)
    let textbook = try Textbook(sketch.graph, timeSteps: 3)
    // 48 neurons reach 5 synapses each, 5 neurons reach 4; 4 samples of 3 steps.
    let unit = 0.7 / Double((48 * 5 + 5 * 4) * 4 * 3)
    let costs = ["n1": 5 * unit, "n5": 4 * unit]
    let wrong = Self.differences(network, textbook.gradients(batch, spikeCosts: costs))
    #expect(wrong.isEmpty, "\(wrong)")
    var price = 0.0
    for index in 0..<4 {
      for values in textbook.run(batch.sample(index)).values {
        price += (values["v1"] ?? []).reduce(0, +) * 5 * unit
        price += (values["v5"] ?? []).reduce(0, +) * 4 * unit
      }
    }
    #expect(price > 0)
    #expect(abs(result.loss - textbook.meanLoss(batch) - price) < 1e-5)
  }

  @Test("batch normalisation learns through the statistics of the batch")
  func batchNormalization() throws {
    var sketch = GraphSketch(input: [2, 3, 3], seed: 5)
    sketch.convolution(3, Convolution(kernel: [2, 2]))
    sketch.add(
      .batchNormalization(epsilon: 1e-3),
      [
        .scale: Tensor(sketch.dice.units(3), shape: [3]),
        .shift: Tensor(sketch.dice.units(3), shape: [3]),
        .mean: Tensor([0.5, -1, 2], shape: [3]), .variance: Tensor([1, 2, 0.5], shape: [3]),
      ])
    sketch.add(.leakyRelu(alpha: 0.25))
    sketch.flatten()
    sketch.linear(Self.classes)
    let count = 5
    let batch = Textbook.Batch.random(sketch.graph, classes: Self.classes, count: count, seed: 2)
    let network = try Network(
      sketch.graph, EngineConfiguration(batch: count, shards: 1, training: true))
    let result = network.step(batch.inputs, labels: batch.labels, count: count)

    /// Loss with the statistics of the batch, and these.
    func loss(_ textbook: Textbook) -> (Double, [Double], [Double]) {
      var copy = textbook
      let values = (0..<count).map { textbook.run(batch.sample($0)).values[0]["v0"] ?? [] }
      var (means, variances): ([Double], [Double]) = ([], [])
      for channel in 0..<3 {
        let all = values.flatMap { $0[channel * 4..<(channel + 1) * 4] }
        let mean = all.reduce(0, +) / Double(all.count)
        means.append(mean)
        variances.append(all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count))
      }
      copy.constants["mean1"] = means
      copy.constants["variance1"] = variances
      return (copy.meanLoss(batch), means, variances)
    }

    var textbook = try Textbook(sketch.graph, timeSteps: 1)
    let (value, means, variances) = loss(textbook)
    #expect(abs(result.loss - value) < 1e-5)
    for parameter in network.parameters {
      for (index, slope) in network.gradient(of: parameter.name).enumerated() {
        let old = textbook.constants[parameter.name]?[index] ?? 0
        textbook.constants[parameter.name]?[index] = old + 1e-5
        let above = loss(textbook).0
        textbook.constants[parameter.name]?[index] = old - 1e-5
        let below = loss(textbook).0
        textbook.constants[parameter.name]?[index] = old
        #expect(
          abs((above - below) / 2e-5 - Double(slope)) < 1e-4, "\(parameter.name)[\(index)]")
      }
    }
    // The stored statistics moved a tenth of the way.
    let moved = zip([0.5, -1, 2], means).map { 0.9 * $0 + 0.1 * $1 }
    let spread = zip([1, 2, 0.5], variances).map { 0.9 * $0 + 0.1 * $1 }
    #expect(InferenceTests.distance(network.value(of: "mean1"), moved) < 1e-5)
    #expect(InferenceTests.distance(network.value(of: "variance1"), spread) < 1e-5)
  }
}
