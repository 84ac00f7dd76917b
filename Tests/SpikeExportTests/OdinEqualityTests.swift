import SpikeBundle
import SpikeDiagnostics
import SpikeExport
import SpikeSimulate
import SpikeTestSupport
import Testing

/// Random bundles in the arithmetic of a chip of one crossbar.
enum RandomCrossbar {
  static func bundle(seed: UInt64, _ arithmetic: Arithmetic) -> Bundle {
    var random = SeededGenerator(seed: seed ^ 0x0D1)
    let isTiny = arithmetic == .tinyOdin
    var options = RandomBundleOptions()
    options.arithmetic = arithmetic
    options.inputShape =
      random.chance(1, in: 2) ? [Int.random(in: 4...24, using: &random)] : [1, 5, 4]
    options.layers = Int.random(in: 1...4, using: &random)
    options.isChain = random.chance(1, in: 2)
    // Two projections may meet between the same neurons; their weights add up.
    options.weights =
      options.isChain ? (isTiny ? -8...7 : -7...7) : (isTiny ? -4...3 : -3...3)
    options.readsPotential = random.chance(1, in: 2)
    options.timeSteps = Int.random(in: 1...6, using: &random)
    var bundle = RandomBundle.make(seed: seed, options)
    let leaks = random.chance(1, in: 2)
    for index in bundle.populations.indices {
      var population = bundle.populations[index]
      population.biases = []
      population.thresholds = population.thresholds.map { _ in
        // Above θ is the integer behind θ: 2047 and 255 are the highest that chips hold.
        Int32.random(in: 1...(random.chance(1, in: 8) ? (isTiny ? 2046 : 254) : 24), using: &random)
      }
      population.initialPotentials = population.initialPotentials.map { _ in
        Int32.random(in: (isTiny ? -12 : 0)...30, using: &random)
      }
      if population.model != "LI" { population.reset = .toValue(0) }
      if random.chance(1, in: 6) {
        population.initialPotentials = [isTiny ? (random.chance(1, in: 2) ? -2040 : 2040) : 250]
      }
      if leaks {
        population.membraneDecay = Int32.random(
          in: 0...(random.chance(1, in: 5) ? 127 : 4), using: &random)
        if population.model == "IF" { population.model = "LIF" }
      }
      bundle.populations[index] = population
    }
    bundle.target = isTiny ? "tinyodin" : "odin"
    return bundle
  }

  /// The first `count` seeds whose bundles fit the chip.
  static func seeds(_ count: Int, _ arithmetic: Arithmetic) -> [UInt64] {
    Array(
      (0..<UInt64(8 * count)).lazy.filter { seed in
        (try? NativeExport.files(
          bundle(seed: seed, arithmetic), target: arithmetic == .tinyOdin ? "tinyodin" : "odin"))
          != nil
      }.prefix(count))
  }
}

@Suite("tinyODIN and ODIN against their documentation")
struct OdinEqualityTests {
  private static func read(
    _ bundle: Bundle, _ chip: TextbookOdin.Chip
  ) throws -> TextbookOdin {
    let files = try NativeExport.files(bundle, target: chip == .odin ? "odin" : "tinyodin")
    return TextbookOdin(
      chip,
      files: Dictionary(
        uniqueKeysWithValues: files.map { ($0.name, String(decoding: $0.bytes, as: UTF8.self)) }))
  }

  @Test(
    "50 random networks: files run by the book give what the simulator gives",
    arguments: [(TextbookOdin.Chip.tinyOdin, Arithmetic.tinyOdin), (.odin, .odin)])
  func equal(chip: TextbookOdin.Chip, arithmetic: Arithmetic) throws {
    let seeds = RandomCrossbar.seeds(50, arithmetic)
    #expect(seeds.count == 50)
    var spikes = 0
    var leaking = 0
    for seed in seeds {
      let bundle = RandomCrossbar.bundle(seed: seed, arithmetic)
      let textbook = try Self.read(bundle, chip)
      let addresses = try textbook.addresses(bundle.populations.map(\.name))
      let simulator = try IntegerSimulator(bundle)
      var random = SeededGenerator(seed: seed)
      leaking += bundle.populations.contains { $0.membraneDecay > 0 } ? 1 : 0
      for _ in 0..<3 {
        let sample = (0..<simulator.sampleSize).map { _ in
          random.chance(1, in: 2) ? UInt8.random(in: 0...255, using: &random) : 255
        }
        let outcome = try simulator.run(sample: sample)
        let answer = textbook.run(sample: sample)
        #expect(answer == outcome.readout.map { Int($0) }, "seed \(seed)")
        let trace = try simulator.trace(sample: sample)
        for (population, list) in addresses.enumerated() {
          let potentials = trace.potentials[population].last.map { $0.map { Int($0) } }
          #expect(list.map(textbook.potential) == potentials, "seed \(seed), \(population)")
          guard bundle.populations[population].model != "LI" else { continue }
          let sent = list.map { address in textbook.output.count { $0 == address } }
          let expected = list.indices.map { neuron in
            trace.spikes[population].reduce(0) { $0 + Int($1[neuron]) }
          }
          #expect(sent == expected, "seed \(seed), \(population)")
          spikes += sent.reduce(0, +)
        }
        #expect(Int64(textbook.lost) == outcome.counts.queueDrops, "seed \(seed)")
      }
    }
    // The comparison is about something.
    #expect(spikes > 5_000, "\(spikes) spikes")
    #expect(leaking >= 10, "\(leaking) networks leak")
  }

  @Test(
    "an input for each step gives what the files do on it",
    arguments: [(TextbookOdin.Chip.tinyOdin, Arithmetic.tinyOdin), (.odin, .odin)])
  func inputPerStep(chip: TextbookOdin.Chip, arithmetic: Arithmetic) throws {
    var spikes: Int64 = 0
    for seed in RandomCrossbar.seeds(20, arithmetic) {
      let bundle = RandomCrossbar.bundle(seed: seed, arithmetic)
      let textbook = try Self.read(bundle, chip)
      let simulator = try IntegerSimulator(bundle)
      var random = SeededGenerator(seed: seed)
      let columns = (0..<bundle.timeSteps).map { _ in
        (0..<simulator.sampleSize).map { _ in UInt8.random(in: 0...255, using: &random) }
      }
      let outcome = try simulator.run(sample: columns.flatMap { $0 }, inputPerStep: true)
      #expect(textbook.run(columns: columns) == outcome.readout.map { Int($0) }, "seed \(seed)")
      #expect(Int64(textbook.lost) == outcome.counts.queueDrops, "seed \(seed)")
      spikes += outcome.populationSpikes.reduce(0, +)
    }
    #expect(spikes > 200, "\(spikes) spikes")
  }

  @Test(
    "images hold what the SPI words write",
    arguments: [(TextbookOdin.Chip.tinyOdin, Arithmetic.tinyOdin), (.odin, .odin)])
  func images(chip: TextbookOdin.Chip, arithmetic: Arithmetic) throws {
    for seed in RandomCrossbar.seeds(5, arithmetic) {
      let bundle = RandomCrossbar.bundle(seed: seed, arithmetic)
      let textbook = try Self.read(bundle, chip)
      let addresses = try textbook.addresses(bundle.populations.map(\.name)).flatMap { $0 }
      let neurons = textbook.image("neurons.hex")
      let synapses = textbook.image("synapses.hex")
      #expect(neurons.count == 256 && synapses.count == 8192)
      for address in addresses {
        let bytes = textbook.neuronMemory[address].reversed()
        let text = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(neurons[address] == text, "seed \(seed), neuron \(address)")
        for group in 0...(addresses.max() ?? 0) / 8 {
          let word = address << 5 | group
          #expect(
            UInt32(synapses[word], radix: 16) == textbook.synapseMemory[word],
            "seed \(seed), word \(word)")
        }
      }
    }
  }

  @Test("a queue that overflows loses the same spikes by the book and in the simulator")
  func overflow() throws {
    // One line makes 60 neurons spike at once, and each of them makes 60 more spike.
    let book = Codebook(entries: [2], zeroIsAbsent: false, scale: 1)
    func layer(_ name: String) -> Population {
      Population(
        name: name, shape: [60], model: "IF", reset: .toValue(0), spikesAboveOnly: false,
        thresholds: [2], biases: [])
    }
    func dense(_ target: Int, _ source: Source, _ shape: [Int]) -> Projection {
      Projection(
        name: "to \(target)", sources: [source], target: target, kind: .dense, weightShape: shape,
        codebooks: [0], indices: Array(repeating: 0, count: shape[0] * shape[1]))
    }
    let bundle = Bundle(
      name: "loud", producer: "test", target: "tinyodin", arithmetic: .tinyOdin, timeSteps: 1,
      input: InputPort(shape: [1], bits: 1),
      populations: [
        layer("a"), layer("b"),
        Population(
          name: "out", shape: [2], model: "LI", reset: nil, spikesAboveOnly: false,
          thresholds: [], biases: []),
      ],
      projections: [
        dense(0, .input, [60, 1]), dense(1, .population(0), [60, 60]),
        dense(2, .population(1), [2, 60]),
      ], codebooks: [book], readout: .largestPotential)
    let textbook = try Self.read(bundle, .tinyOdin)
    let answer = textbook.run(sample: [255])
    let outcome = try IntegerSimulator(bundle).run(sample: [255])
    #expect(textbook.lost > 1000)
    #expect(Int64(textbook.lost) == outcome.counts.queueDrops)
    #expect(outcome.counts.longestQueue == 128)
    #expect(answer == outcome.readout.map { Int($0) })
  }

  @Test("a bound of the queue that is proven holds")
  func bound() throws {
    var proven = 0
    for seed in RandomCrossbar.seeds(40, .tinyOdin) {
      let bundle = RandomCrossbar.bundle(seed: seed, .tinyOdin)
      let files = try NativeExport.files(bundle, target: "tinyodin")
      let notes = String(decoding: files[5].bytes, as: UTF8.self)
      let match = try #require(notes.firstMatch(of: /"queue_bound": (\d+)/))
      let bound = try #require(Int64(match.1))
      let simulator = try IntegerSimulator(bundle)
      var random = SeededGenerator(seed: seed)
      for _ in 0..<5 {
        let sample = (0..<simulator.sampleSize).map { _ in
          random.chance(3, in: 4) ? UInt8(255) : 0
        }
        let longest = try simulator.run(sample: sample).counts.longestQueue
        #expect(longest <= bound, "seed \(seed)")
      }
      proven += notes.contains("\"queue_is_proven\": true") ? 1 : 0
      #expect(notes.contains("\"queue_is_proven\": true") == (bound <= 128))
    }
    #expect(proven > 10 && proven < 40, "\(proven) proven")
  }
}
