import SpikeEngine
import SpikeGraph
import Testing

/// Compares the engine with the textbook, sample by sample.
@Suite struct InferenceTests {
  static func inputs(_ graph: Graph, _ count: Int, seed: UInt64) -> [Float] {
    var dice = Dice(seed ^ 0x5EED)
    return dice.eighths(count * graph.inputs[0].shape.elementCount, largest: 16)
  }

  /// Largest difference, relative to the size of the numbers.
  static func distance(_ engine: [Float], _ textbook: [Double]) -> Double {
    guard engine.count == textbook.count else { return .infinity }
    return zip(engine, textbook).reduce(0.0) {
      let difference = abs(Double($1.0) - $1.1) / max(1, abs($1.1))
      return difference.isNaN ? .infinity : max($0, difference)
    }
  }

  @Test("a network without neurons computes what the textbook says", arguments: 0..<120)
  func ann(seed: UInt64) throws {
    let graph = RandomGraphs.ann(seed: seed, softmax: true)
    let count = 5
    let inputs = Self.inputs(graph, count, seed: seed)
    let network = try Network(graph, EngineConfiguration(batch: 4, shards: 2, threads: 2))
    let textbook = try Textbook(graph, timeSteps: 1)
    let size = graph.inputs[0].shape.elementCount
    let expected = (0..<count).flatMap { sample in
      let trace = textbook.run(Array(inputs[sample * size..<(sample + 1) * size]))
      return trace.values[0][graph.outputs[0]] ?? []
    }
    #expect(Self.distance(network.infer(inputs, count: count), expected) < 1e-4, "seed \(seed)")
  }

  @Test("a spiking network has the textbook's potentials after every step", arguments: 0..<160)
  func snn(seed: UInt64) throws {
    let graph = RandomGraphs.snn(seed: seed)
    let (count, steps) = (3, 4)
    let inputs = Self.inputs(graph, count, seed: seed)
    let network = try Network(
      graph, EngineConfiguration(timeSteps: steps, batch: 4, shards: 2, threads: 2))
    let textbook = try Textbook(graph, timeSteps: steps)
    let size = graph.inputs[0].shape.elementCount
    let traces = (0..<count).map { sample in
      textbook.run(Array(inputs[sample * size..<(sample + 1) * size]))
    }
    let found = network.inferEveryStep(inputs, count: count)
    #expect(found.count == steps)
    for step in 0..<steps {
      let expected = traces.flatMap { textbook.logits($0)[step] }
      #expect(found[step].map(Double.init) == expected, "seed \(seed), step \(step)")
    }
    #expect(network.infer(inputs, count: count) == found[steps - 1])
  }

  @Test("every value on the way is the textbook's", arguments: 0..<60)
  func observation(seed: UInt64) throws {
    let graph = RandomGraphs.snn(seed: seed)
    let (count, steps) = (3, 3)
    let inputs = Self.inputs(graph, count, seed: seed)
    let network = try Network(
      graph, EngineConfiguration(timeSteps: steps, batch: 4, shards: 2, threads: 2))
    let textbook = try Textbook(graph, timeSteps: steps)
    let size = graph.inputs[0].shape.elementCount
    let traces = (0..<count).map { sample in
      textbook.run(Array(inputs[sample * size..<(sample + 1) * size]))
    }
    var seen: [ValueName: Int] = [:]
    let names = ["x"] + graph.nodes.map(\.output)
    network.observe(inputs, count: count, values: names) { activation in
      seen[activation.name, default: 0] += activation.count
      let shape = activation.shape
      let (channels, elements) = (shape.rank < 2 ? 1 : shape[0], shape.elementCount)
      for t in 0..<activation.timeSteps {
        for sample in 0..<activation.count {
          let trace = traces[activation.firstSample + sample].values[t][activation.name] ?? []
          for index in 0..<elements {
            // Row-major [C, …] to channels last […, C].
            let positions = elements / channels
            let place = index % positions * channels + index / positions
            let found = activation.values[(t * activation.count + sample) * elements + place]
            #expect(Double(found) == trace[index], "seed \(seed), \(activation.name)")
          }
        }
      }
    }
    #expect(seen == Dictionary(uniqueKeysWithValues: names.map { ($0, count) }))
  }

  @Test("the bits of an inference depend neither on threads nor on batches nor on memory")
  func splits() throws {
    for seed in UInt64(0)..<20 {
      let graph = RandomGraphs.snn(seed: seed)
      var dice = Dice(seed)
      let inputs = dice.units(13 * graph.inputs[0].shape.elementCount, scale: 2)
      let reference = try Network(
        graph, EngineConfiguration(timeSteps: 4, batch: 16, shards: 1, threads: 1)
      ).infer(inputs, count: 13)
      for (batch, shards, threads) in [(16, 8, 2), (3, 1, 1), (1, 1, 2), (64, 8, 1)] {
        let network = try Network(
          graph,
          EngineConfiguration(
            timeSteps: 4, batch: batch, shards: shards, threads: threads, memoryLimit: 40_000))
        #expect(
          network.infer(inputs, count: 13) == reference,
          "seed \(seed), batch \(batch), shards \(shards), threads \(threads)")
      }
    }
  }

  @Test("step t of a run is what a run of t steps gives")
  func everyStep() throws {
    let graph = RandomGraphs.snn(seed: 7)
    let inputs = Self.inputs(graph, 4, seed: 7)
    let all = try Network(graph, EngineConfiguration(timeSteps: 6))
      .inferEveryStep(inputs, count: 4)
    for steps in 1...6 {
      let short = try Network(graph, EngineConfiguration(timeSteps: steps))
      #expect(short.infer(inputs, count: 4) == all[steps - 1])
    }
  }

  @Test("no samples give no numbers")
  func empty() throws {
    let network = try Network(RandomGraphs.ann(seed: 1), EngineConfiguration())
    #expect(network.infer([], count: 0).isEmpty)
  }
}
