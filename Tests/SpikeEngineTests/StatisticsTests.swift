import SpikeCompute
import SpikeEngine
import SpikeGraph
import Testing

@Suite struct StatisticsTests {
  @Test("spikes and synaptic operations are those of a count by hand", arguments: 0..<60)
  func counts(seed: UInt64) throws {
    var graph = seed % 4 == 0 ? RandomGraphs.ann(seed: seed) : RandomGraphs.snn(seed: seed)
    var dice = Dice(seed)
    // Some weights are pruned; they are no synapses.
    for name in graph.constants.keys.sorted() where name.hasPrefix("weight") {
      guard let old = graph.constants[name] else { continue }
      graph.constants[name] = Tensor(
        old.floats().map { dice.whole(0...2) == 0 ? 0 : $0 }, shape: old.shape)
    }
    let (count, window) = (4, 3)
    let inputs = dice.eighths(count * graph.inputs[0].shape.elementCount, largest: 12)
    let network = try Network(
      graph, EngineConfiguration(timeSteps: window, batch: 4, shards: 2, threads: 2))
    let found = network.spikeStatistics(inputs, count: count)
    let steps = network.timeSteps
    #expect(found.samples == count && found.timeSteps == steps)

    let textbook = try Textbook(graph, timeSteps: steps)
    let size = graph.inputs[0].shape.elementCount
    let traces = (0..<count).map {
      textbook.run(Array(inputs[$0 * size..<($0 + 1) * size])).values
    }
    var (outputs, zeros) = (0, 0)
    var projections: [ProjectionStatistics] = []
    var populations: [PopulationStatistics] = []
    for (index, node) in graph.nodes.enumerated() {
      let values = traces.flatMap { $0.map { $0[node.output] ?? [] } }
      switch node.operator {
      case .convolution, .linear:
        let read = traces.flatMap { $0.map { $0[node.inputs[0]] ?? [] } }
        let weight = textbook.constant(.weight, node) ?? []
        let list = textbook.connections[index]?.list ?? []
        var operations = 0
        for x in read {
          for c in list where x[c.input] != 0 && weight[c.weight ?? 0] != 0 { operations += 1 }
        }
        let isTernary = read.allSatisfy { $0.allSatisfy { [-1, 0, 1].contains($0) } }
        let perSample = Double(operations) / Double(count)
        projections.append(
          ProjectionStatistics(
            node: node.name, effectiveACs: isTernary ? perSample : 0,
            effectiveMACs: isTernary ? 0 : perSample, dense: Double(list.count * steps)))
        continue
      case .neuron(let neuron):
        guard neuron.spikes else { continue }
        let spikes = values.reduce(0.0) { $0 + $1.reduce(0, +) } / Double(count)
        let neurons = values[0].count
        populations.append(
          PopulationStatistics(
            node: node.name, neurons: neurons, spikes: spikes,
            rate: spikes / Double(neurons * steps)))
      case .relu, .clip, .leakyRelu: break
      default: continue
      }
      // An activation function in front of the first neurons is evaluated once.
      let isConstant = isConstantPrefix(graph, node.output)
      let kept = isConstant ? traces.map { $0[0][node.output] ?? [] } : values
      outputs += kept.reduce(0) { $0 + $1.count }
      zeros += kept.reduce(0) { $0 + $1.count { $0 == 0 } }
    }
    #expect(found.projections == projections, "seed \(seed)")
    #expect(found.populations == populations, "seed \(seed)")
    if outputs > 0 {
      #expect(abs(found.activationSparsity - Double(zeros) / Double(outputs)) < 1e-12)
    }
  }

  private func isConstantPrefix(_ graph: Graph, _ value: ValueName) -> Bool {
    guard let index = graph.producer(of: value) else { return true }
    let node = graph.nodes[index]
    return !node.operator.isNeuron && node.inputs.allSatisfy { isConstantPrefix(graph, $0) }
  }

  @Test("adjoints of populations are those of the textbook", arguments: 0..<60)
  func adjoints(seed: UInt64) throws {
    let graph = RandomGraphs.snn(seed: seed)
    let (count, steps) = (3, 3)
    let inputs = InferenceTests.inputs(graph, count, seed: seed)
    let network = try Network(
      graph, EngineConfiguration(timeSteps: steps, batch: 4, shards: 2, threads: 2))
    var dice = Dice(seed)
    let seeds = (0..<3).map { _ in dice.units(count * 4) }
    var logits: [Float] = []
    let found = network.adjointStatistics(inputs, count: count) {
      logits = $0
      return seeds
    }
    #expect(logits == network.infer(inputs, count: count))
    #expect(found.count == 3)

    let textbook = try Textbook(graph, timeSteps: steps)
    let size = graph.inputs[0].shape.elementCount
    for (pass, gradient) in seeds.enumerated() {
      for sample in 0..<count {
        let trace = textbook.run(Array(inputs[sample * size..<(sample + 1) * size]))
        let back = textbook.backward(
          trace, gradient[sample * 4..<(sample + 1) * 4].map(Double.init))
        var position = 0
        for (index, node) in graph.nodes.enumerated() {
          guard case .neuron(let neuron) = node.operator, neuron.spikes else { continue }
          let sums = found[pass][position]
          position += 1
          #expect(sums.node == node.name)
          let shape = textbook.shapes[node.output] ?? []
          #expect(sums.channels == shape[0])
          var expected = (0..<4).map { _ in Array(repeating: 0.0, count: shape[0]) }
          for t in 0..<steps {
            let s = trace.values[t][node.output] ?? []
            let d = back.values[t][node.output] ?? s.map { _ in 0 }
            let e = back.currents[t][index] ?? s.map { _ in 0 }
            for k in s.indices {
              let c = textbook.channel(k, shape)
              expected[0][c] += s[k]
              expected[1][c] += d[k]
              expected[2][c] += s[k] * d[k]
              expected[3][c] += e[k] * e[k]
            }
          }
          let rows = sample * shape[0]..<(sample + 1) * shape[0]
          let all = [sums.spikeSum, sums.adjointSum, sums.contribution, sums.currentSquare]
          for (engine, textbook) in zip(all, expected) {
            #expect(
              InferenceTests.distance(Array(engine[rows]), textbook) < 1e-4,
              "seed \(seed), \(node.name)")
          }
        }
      }
    }
  }
}
