import SpikeBundle
import SpikeSimulate
import SpikeTestSupport
import Testing

@Suite("Operation counts")
struct OperationCountTests {
  /// Non-zero synapses behind one element of a projection's source (or all, zero weights too), by
  /// delivering a single spike with weights of 1.
  private func fanOut(_ bundle: Bundle, _ index: Int, _ element: Int, dense: Bool) -> Int {
    var counting = bundle
    var projection = bundle.projections[index]
    let weights = projection.weights(from: bundle.codebooks)
    counting.codebooks = [Codebook(entries: [0, 1], zeroIsAbsent: false, scale: 1)]
    projection.codebooks = [0]
    projection.indices = weights.map { dense || $0 != 0 ? 1 : 0 }
    let simulator = TextbookSimulator(counting)
    return simulator.sums(projection) { source in
      let count: Int
      switch source {
      case .input: count = bundle.input.shape.reduce(1, *)
      case .population(let other): count = bundle.populations[other].neuronCount
      }
      // One spike in the first source; the others are silent.
      return (0..<count).map { $0 == element && source == projection.sources[0] ? 1 : 0 }
    }.reduce(0, +)
  }

  @Test("are spikes times non-zero fan-out, graded inputs apart", arguments: 0..<25)
  func operations(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    var options = RandomBundleOptions()
    options.inputShape = [2, 6, 5]
    options.inputBits = seed % 2 == 0 ? 1 : 5
    options.uniqueWeights = 4
    options.weights = -3...3
    options.timeSteps = 3
    let bundle = RandomBundle.make(seed: UInt64(seed), options)
    let simulator = try IntegerSimulator(bundle)
    let sample = (0..<simulator.sampleSize).map { _ in
      random.chance(1, in: 2) ? 0 : UInt8.random(in: 0...255, using: &random)
    }
    let counts = try simulator.run(sample: sample).counts

    var accumulates = 0
    var multiplies = 0
    var dense = 0
    var updates = 0
    var spikes = 0
    let input = sample.map { Int($0) >> (8 - bundle.input.bits) }
    var textbook = TextbookSimulator(bundle)
    for _ in 0..<bundle.timeSteps {
      for index in bundle.populations.indices {
        let projection = bundle.projections[index]
        let values = index == 0 ? input : textbook.spikes[index - 1]
        for element in values.indices {
          dense += fanOut(bundle, index, element, dense: true)
          guard values[element] != 0 else { continue }
          let reach = fanOut(bundle, index, element, dense: false)
          if index == 0 && bundle.input.bits > 1 {
            multiplies += reach
          } else {
            accumulates += reach
          }
        }
        let before = textbook.potential[index]
        let sums = textbook.sums(projection) { _ in values }
        let bundleWithoutSpikes = textbook
        textbook.step(index, sums)
        // The potential in front of the reset: the same step with a threshold out of reach.
        var silent = bundle
        silent.populations[index].thresholds = [131_071]
        var quiet = TextbookSimulator(silent)
        quiet.potential = bundleWithoutSpikes.potential
        quiet.current = bundleWithoutSpikes.current
        quiet.step(index, sums)
        updates += zip(before, quiet.potential[index]).count { $0 != $1 }
        if bundle.populations[index].model != "LI" {
          spikes += textbook.spikes[index].reduce(0, +)
        }
      }
    }
    #expect(counts.membraneUpdates == Int64(updates), "seed \(seed)")
    #expect(counts.spikes == Int64(spikes), "seed \(seed)")
    #expect(counts.accumulates == Int64(accumulates), "seed \(seed)")
    #expect(counts.multiplyAccumulates == Int64(multiplies), "seed \(seed)")
    #expect(counts.dense == Int64(dense), "seed \(seed)")
  }

  @Test("wraps, clips and overflowing read-outs are counted")
  func overflows() throws {
    func bundle(weight: Int32, bias: Int32, threshold: Int32?) -> Bundle {
      Bundle(
        name: "loud", producer: "test", target: "loihi2", arithmetic: .loihiCuba, timeSteps: 2,
        input: InputPort(shape: [1], bits: 8),
        populations: [
          Population(
            name: "n", shape: [1], model: threshold == nil ? "LI" : "IF",
            reset: threshold == nil ? nil : .toValue(0), spikesAboveOnly: true,
            thresholds: threshold.map { [$0] } ?? [], biases: [bias])
        ],
        projections: [
          Projection(
            name: "p", sources: [.input], target: 0, kind: .dense, weightShape: [1, 1],
            codebooks: [0], indices: [0])
        ],
        codebooks: [Codebook(entries: [weight], zeroIsAbsent: false, scale: 1)],
        readout: threshold == nil ? .largestPotential : .mostSpikes)
    }
    // 255 · 600 = 153,000 leaves 17 bits: the current wraps to 153,000 - 262,144.
    let wrapping = try IntegerSimulator(bundle(weight: 600, bias: 0, threshold: 100_000))
    let wrapped = try wrapping.run(sample: [255])
    #expect(wrapped.counts.wraps == 2)
    #expect(!wrapping.bounds[0].fitsLoihi)
    // -255 · 400 twice is clipped at -131,071.98.
    let clipped = try IntegerSimulator(bundle(weight: -400, bias: 0, threshold: nil))
      .run(sample: [255])
    #expect(clipped.counts.clips == 1)
    #expect(clipped.readout == [-8_388_607])
    // A read-out above Loihi's highest threshold is reset, as on the chip.
    let high = try IntegerSimulator(bundle(weight: 300, bias: 0, threshold: nil)).run(sample: [255])
    #expect(high.counts.readoutOverflows == 1)
    #expect(high.readout == [0])
    let calm = try IntegerSimulator(bundle(weight: 3, bias: 1, threshold: nil))
    #expect(calm.bounds[0].fitsLoihi)
    #expect(calm.bounds[0].sum == 0...765)
    #expect(try calm.run(sample: [255]).readout == [(765 + 1) * 2 * 64])
  }
}

@Suite("Energy")
struct EnergyReportTests {
  @Test("prices are Horowitz's and the chip's, per inference")
  func prices() throws {
    let report = EnergyReport(
      accumulates: 1000, multiplyAccumulates: 100,
      chip: (name: "Loihi", picojoulesPerOperation: 23.6, source: "M. Davies et al. 2018"))
    #expect(report.rows.count == 3)
    #expect(report.rows[0].nanojoules == (1000 * 0.9 + 100 * 4.6) / 1000)
    #expect(report.rows[1].nanojoules == (1000 * 0.1 + 100 * 3.2) / 1000)
    #expect(report.rows[2].nanojoules == 1100 * 23.6 / 1000)
    #expect(report.rows.allSatisfy { !$0.source.isEmpty })
    #expect(EnergyReport(accumulates: 1, multiplyAccumulates: 0).rows.count == 2)
  }
}
