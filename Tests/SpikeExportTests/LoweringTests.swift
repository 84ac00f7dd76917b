import SpikeBundle
import SpikeExport
import SpikeGraph
import SpikeSimulate
import SpikeTestSupport
import Testing

@Suite("Lowering")
struct LoweringTests {
  private static let plain = ExportTarget(name: "any", summary: "", arithmetic: .plain)

  /// What integer 1 of the read-out stands for besides the graph's own numbers: a mean in front of
  /// it is a sum on the chip.
  private func divisor(_ model: Model) -> Double {
    var factors: [ValueName: Double] = [:]
    for node in model.graph.nodes {
      let own = node.inputs.compactMap { factors[$0] }.max() ?? 1
      switch node.operator {
      case .averagePool(let pool): factors[node.output] = own * Double(pool.kernel.reduce(1, *))
      case .neuron(let neuron): factors[node.output] = neuron.spikes ? 1 : own
      default: factors[node.output] = own
      }
    }
    return factors[model.graph.outputs[0]] ?? 1
  }

  @Test("the integers of the bundle compute what the graph computes", arguments: 0..<150)
  func equality(seed: Int) throws {
    let forLoihi = seed % 2 == 0
    let model = RandomFittedModel.make(seed: UInt64(seed), forLoihi: forLoihi)
    let bundle = try Lowering.lower(model, target: forLoihi ? .loihi2 : Self.plain, name: "net")
    let simulator = try IntegerSimulator(bundle)
    var random = SeededGenerator(seed: UInt64(seed) + 1000)
    for _ in 0..<3 {
      let sample = (0..<simulator.sampleSize).map { _ in
        random.chance(1, in: 3) ? 0 : UInt8.random(in: 0...255, using: &random)
      }
      let outcome = try simulator.run(sample: sample)
      let counts = outcome.counts
      if counts.clips + counts.wraps + counts.readoutOverflows > 0 {
        // Only a bundle whose worst case leaves 24 bits may ever get here.
        #expect(simulator.bounds.contains { !$0.fitsLoihi })
        continue
      }
      let expected = try TextbookGraph.run(model, sample).map { $0 * divisor(model) }
      let found = outcome.readout.map { Double($0) / Double(simulator.unitsPerInteger) }
      // The oracle divides means; thirds are not exact in binary.
      let equal = zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 }
      #expect(equal, "seed \(seed): \(found), expected \(expected)")
    }
  }

  @Test("random models differ: spikes flow, branches and pools occur")
  func notVacuous() throws {
    var spikes: Int64 = 0
    var branches = 0
    var pools = 0
    for seed in 0..<150 {
      let model = RandomFittedModel.make(seed: UInt64(seed), forLoihi: false)
      let bundle = try Lowering.lower(model, target: Self.plain)
      let simulator = try IntegerSimulator(bundle)
      let sample = [UInt8](repeating: 200, count: simulator.sampleSize)
      spikes += try simulator.run(sample: sample).counts.spikes
      pools += bundle.projections.count { $0.pooling != nil }
      branches += bundle.projections.count { $0.sources.count > 1 }
      branches += bundle.projections.count - bundle.populations.count
    }
    #expect(spikes > 1000)
    #expect(branches > 20)
    #expect(pools > 20)
  }

  @Test("equal codebooks are stored once")
  func sharing() throws {
    var model = SmallModel.make()
    model.codebooks["b.weight"] = model.codebooks["a.weight"]
    #expect(try Lowering.lower(model, target: .loihi2).codebooks.count == 1)
    model.codebooks["b.weight"]?.scale = 0.125
    let bundle = try Lowering.lower(model, target: .loihi2)
    #expect(bundle.codebooks.map(\.scale) == [0.5, 0.125])
  }

  @Test("a weight becomes indices, a free zero an entry that counts as absent")
  func indices() throws {
    let bundle = try Lowering.lower(SmallModel.make(), target: .loihi2)
    #expect(bundle.codebooks[0].entries == [-2, 0, 3])
    #expect(bundle.codebooks[0].zeroIsAbsent)
    #expect(bundle.codebooks[0].uniqueCount == 2)
    #expect(bundle.projections[0].weights(from: bundle.codebooks) == [3, -2, 0, 3, 3, -2])
  }

  @Test("at the threshold becomes above the threshold less one where the chip compares strictly")
  func comparator() throws {
    let bundle = try Lowering.lower(SmallModel.make(), target: .loihi2)
    #expect(bundle.populations[0].thresholds == [4])
    #expect(bundle.populations[0].spikesAboveOnly)
    let plain = try Lowering.lower(SmallModel.make(), target: Self.plain)
    #expect(plain.populations[0].thresholds == [5])
    #expect(!plain.populations[0].spikesAboveOnly)
  }

  @Test("scales say what 1 means: weight scale times input unit")
  func scales() throws {
    let bundle = try Lowering.lower(SmallModel.make(), target: .loihi2)
    #expect(bundle.populations[0].scale == 0.5 * 0.25)
    #expect(bundle.populations[1].scale == 0.5)
    #expect(bundle.readout == .largestPotential)
    #expect(bundle.timeSteps == 3)
    #expect(bundle.input == InputPort(shape: [3], bits: 4))
  }

  @Test("a network that ends in spiking neurons is read by its spikes")
  func spikingReadout() throws {
    var model = SmallModel.make()
    model.graph.nodes.removeLast(2)
    model.graph.outputs = ["if:0"]
    let bundle = try Lowering.lower(model, target: .loihi2)
    #expect(bundle.readout == .mostSpikes)
    #expect(bundle.populations.count == 1)
  }
}
