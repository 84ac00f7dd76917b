import SpikeBundle
import SpikeEngine
import SpikeExport
import SpikeGraph
import SpikeSimulate
import SpikeTestSupport
import Testing

@Suite("Engine and integers")
struct EngineEqualityTests {
  @Test("the float engine on a fitted graph and the bundle's integers agree", arguments: 0..<60)
  func equality(seed: Int) throws {
    var model = RandomFittedModel.make(seed: UInt64(seed), forLoihi: true)
    // Fitting leaves sums only: means of three are not exact in binary.
    for index in model.graph.nodes.indices {
      if case .averagePool(let pool) = model.graph.nodes[index].operator {
        model.graph.nodes[index].operator = .sumPool(pool)
      }
    }
    let bundle = try Lowering.lower(model, target: .loihi2)
    let simulator = try IntegerSimulator(bundle)
    let network = try Network(
      model.graph, EngineConfiguration(timeSteps: bundle.timeSteps, batch: 4, threads: 1))
    var random = SeededGenerator(seed: UInt64(seed))
    let count = 5
    let samples = (0..<count * simulator.sampleSize).map { _ in
      random.chance(1, in: 3) ? UInt8(0) : UInt8.random(in: 0...255, using: &random)
    }
    let inputs = samples.map { Float($0 >> (8 - UInt8(bundle.input.bits))) }
    let logits = network.infer(inputs, count: count)
    let statistics = network.spikeStatistics(inputs, count: count)
    let width = network.outputCount
    var spikes: [Int64] = Array(repeating: 0, count: bundle.populations.count)
    var inRange = true
    for index in 0..<count {
      let sample = samples[index * simulator.sampleSize..<(index + 1) * simulator.sampleSize]
      let outcome = try simulator.run(sample: Array(sample))
      let counts = outcome.counts
      guard counts.wraps + counts.clips + counts.readoutOverflows == 0 else {
        inRange = false
        continue
      }
      let potentials = outcome.readout.map { Float($0) / Float(simulator.unitsPerInteger) }
      #expect(potentials == Array(logits[index * width..<(index + 1) * width]), "seed \(seed)")
      for (population, number) in outcome.populationSpikes.enumerated() {
        spikes[population] += number
      }
    }
    guard inRange else { return }
    for (population, number) in zip(bundle.populations, spikes) where population.model != "LI" {
      let node = statistics.populations.first { $0.node == population.name }
      let total = (node?.spikes ?? -1) * Double(count)
      #expect(total.rounded() == Double(number), "seed \(seed), \(population.name)")
    }
  }
}
