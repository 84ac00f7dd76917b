import SpikeBytes
import SpikeConvert
import SpikeData
import SpikeEngine
import SpikeGraph
import Testing

@Suite("What holds for every converted network")
struct SpikingInvariantTests {
  private func convert(
    _ graph: Graph, _ options: ConvertOptions, samples: Int = 12
  ) throws -> ConversionResult {
    let data = try NetworkSketch.data(graph.inputs[0].shape, count: samples, seed: 5)
    return try Converter.convert(
      Model(ann: graph), options: options, calibration: data, threads: 2)
  }

  /// θ φ' = W φ + b - (v(T) - v(0)) / T with soft reset: what goes in comes out as spikes or stays
  /// as potential. The potential is followed by hand from the observed currents.
  @Test("rates are the mean current minus the potential that is left over", arguments: 0..<18)
  func conservation(seed: UInt64) throws {
    let steps = 7
    let result = try convert(
      NetworkSketch.random(seed: seed),
      ConvertOptions(timeSteps: steps, rule: .percentile(0.99), refinesThresholds: false))
    let graph = result.model.graph
    let network = try Network(graph, EngineConfiguration(timeSteps: steps, threads: 2))
    let count = 3
    let data = try NetworkSketch.data(graph.inputs[0].shape, count: count, seed: 6)
    let inputs = data.encoded(
      scale: result.model.encoding.scale, offset: result.model.encoding.offset, bits: nil)
    var populations = 0
    for node in graph.nodes {
      guard case .neuron(let neuron) = node.operator, neuron.spikes else { continue }
      populations += 1
      let thresholds = try #require(graph.constant(.threshold, of: node)?.floats())
      let spikes = network.values(of: node.output, inputs, count: count)
      let currents = network.values(of: node.inputs[0], inputs, count: count)
      var worst: Float = 0
      var wrongSpikes = 0
      for index in spikes[0].indices {
        let threshold = thresholds[index % thresholds.count]
        var potential = threshold / 2
        var currentSum: Float = 0
        var spikeSum: Float = 0
        for step in 0..<steps {
          let current = currents[currents.count == 1 ? 0 : step][index]
          potential += current
          currentSum += current
          let fires = potential >= threshold
          // Sums in another order may fall on the other side of the threshold.
          if abs(potential - threshold) > 1e-4 * threshold, fires != (spikes[step][index] == 1) {
            wrongSpikes += 1
          }
          potential -= threshold * spikes[step][index]
          spikeSum += spikes[step][index]
        }
        let rate = threshold * spikeSum / Float(steps)
        let expected =
          currentSum / Float(steps) - (potential - threshold / 2) / Float(steps)
        worst = max(worst, abs(rate - expected) / threshold)
      }
      #expect(worst < 1e-5, "seed \(seed), \(node.name)")
      #expect(wrongSpikes == 0, "seed \(seed), \(node.name)")
    }
    #expect(populations >= 2)
  }

  /// The ANN's own equation for the means: the mean current of a projection is the projection of
  /// the rates, in the units of the layer.
  @Test("mean currents are the projection of the rates", arguments: 0..<6)
  func linearity(seed: UInt64) throws {
    var sketch = NetworkSketch(input: [1, 6, 6], seed: seed)
    sketch.convolution(3)
    sketch.add(.relu)
    sketch.linear(5)
    sketch.add(.relu)
    sketch.linear(3)
    let steps = 5
    let result = try convert(sketch.graph, ConvertOptions(timeSteps: steps))
    let graph = result.model.graph
    let network = try Network(graph, EngineConfiguration(timeSteps: steps, threads: 1))
    let data = try NetworkSketch.data([1, 6, 6], count: 1, seed: 9)
    let inputs = data.encoded(scale: [1], offset: [0], bits: nil)
    let linear = try #require(graph.nodes.first { $0.operator == .linear })
    let weight = try #require(graph.constant(.weight, of: linear)?.floats())
    let bias = try #require(graph.constant(.bias, of: linear)?.floats())
    let sources = network.values(of: linear.inputs[0], inputs, count: 1)
    let currents = network.values(of: linear.output, inputs, count: 1)
    for output in 0..<5 {
      var expected = bias[output]
      for input in 0..<108 {
        let rate = sources.reduce(0) { $0 + $1[input] } / Float(steps)
        expected += weight[output * 108 + input] * rate
      }
      let mean = currents.reduce(0) { $0 + $1[output] } / Float(steps)
      #expect(abs(mean - expected) < 1e-5 * max(1, abs(expected)), "seed \(seed)")
    }
  }

  @Test(
    "batch normalisation in front of the neurons and folded into them give the same spikes",
    arguments: 0..<8, [Neuron.Reset.bySubtraction, .toValue(0)])
  func foldingKeepsSpikes(seed: UInt64, reset: Neuron.Reset) throws {
    // Eighths and powers of two: every number is exact, so spikes must agree one by one.
    var sketch = NetworkSketch(input: [2, 6, 6], seed: seed)
    sketch.isExact = true
    sketch.convolution(4)
    var draws = sketch.draws
    let normalization: [ParameterRole: Tensor] = [
      .scale: Tensor([0.5, 1, 2, 4], shape: [4]),
      .shift: Tensor((0..<4).map { _ in Float(draws.integer(below: 9) - 4) / 8 }, shape: [4]),
      .mean: Tensor((0..<4).map { _ in Float(draws.integer(below: 9) - 4) / 8 }, shape: [4]),
      .variance: Tensor([4, 0.25, 1, 16], shape: [4]),
    ]
    sketch.add(.batchNormalization(epsilon: 0), normalization)
    sketch.add(.relu)
    sketch.linear(3)
    let steps = 6
    for folding in BatchNormalizationFolding.allCases {
      let result = try convert(
        sketch.graph,
        ConvertOptions(
          timeSteps: steps, rule: .maximum, batchNormalization: folding, reset: reset,
          refinesThresholds: false))
      let folded = try Network(
        result.model.graph, EngineConfiguration(timeSteps: steps, threads: 1))
      // The same population behind an explicit batch normalisation.
      var explicit = sketch.graph
      let threshold = Float(try #require(result.layers.first?.threshold.mean))
      explicit.nodes[2].operator = .neuron(Neuron(reset: reset, initialShare: 0.5))
      explicit.nodes[2].parameters[.threshold] = "theta"
      explicit.constants["theta"] = .scalar(threshold)
      let reference = try Network(explicit, EngineConfiguration(timeSteps: steps, threads: 1))
      let inputs = (0..<4 * 72).map { Float(($0 * 37 + Int(seed)) % 9) / 8 }
      let expected = reference.values(of: explicit.nodes[2].output, inputs, count: 4)
      let population = try #require(result.model.graph.nodes.first { $0.operator.isNeuron })
      let found = folded.values(of: population.output, inputs, count: 4)
      #expect(found == expected, "seed \(seed), \(folding)")
      #expect(expected.contains { $0.contains(1) })
    }
  }

  @Test(
    "with many time steps the logits are those of the ANN", arguments: 0..<12,
    ThresholdScope.allCases)
  func manySteps(seed: UInt64, scope: ThresholdScope) throws {
    let steps = 1500
    var graph = NetworkSketch.random(seed: seed)
    if case .softmax? = graph.nodes.last?.operator {
      graph.outputs = graph.nodes[graph.nodes.count - 1].inputs
      graph.nodes.removeLast()
    }
    // The data are the calibration data, so that no activation is above its threshold.
    let data = try NetworkSketch.data(graph.inputs[0].shape, count: 4, seed: 12)
    let result = try Converter.convert(
      Model(ann: graph),
      options: ConvertOptions(
        timeSteps: steps, rule: .maximum, scope: scope, maximumPooling: .cumulative,
        refinesThresholds: false),
      calibration: data, threads: 2)
    let raw = data.encoded(scale: [1], offset: [0], bits: nil)
    let logits = try Network(graph, EngineConfiguration(threads: 1)).infer(raw, count: 4)
    let network = try Network(
      result.model.graph, EngineConfiguration(timeSteps: steps, threads: 2))
    let potentials = network.infer(
      data.encoded(
        scale: result.model.encoding.scale, offset: result.model.encoding.offset, bits: nil),
      count: 4)
    let scale = try #require(result.model.history.last?.metrics["logits.scale"])
    let largest = logits.reduce(Float(0)) { max($0, abs($1)) }
    for (potential, logit) in zip(potentials, logits) {
      let found = Float(scale) * potential / Float(steps)
      #expect(abs(found - logit) < 0.02 * max(largest, 0.2), "seed \(seed) \(scope)")
    }
    for layer in result.layers {
      #expect(layer.rateError < 0.03, "seed \(seed) \(scope) \(layer.name)")
      #expect(layer.shareClipped == 0)
    }
  }

  @Test("the same conversion on 1 and on 2 threads gives the same bits", arguments: [2, 3, 5])
  func threads(seed: UInt64) throws {
    let graph = NetworkSketch.random(seed: seed)
    let data = try NetworkSketch.data(graph.inputs[0].shape, count: 40, seed: 2)
    let options = ConvertOptions(timeSteps: 4, scope: .channel, calibratesBias: true)
    let results = try [1, 2].map {
      try Converter.convert(Model(ann: graph), options: options, calibration: data, threads: $0)
    }
    #expect(results[0].model == results[1].model)
    #expect(results[0].layers == results[1].layers)
    #expect(results[0].findings == results[1].findings)
  }
}
