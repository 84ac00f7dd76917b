import SpikeBundle
import SpikeDiagnostics
import SpikeExport
import SpikeSimulate
import SpikeTestSupport
import Testing

@Suite("RANC against its rules")
struct RancTests {
  /// A random network with small numbers.
  private static func bundle(_ seed: UInt64) -> Bundle {
    var random = SeededGenerator(seed: seed ^ 0x4A)
    var options = RandomBundleOptions()
    options.arithmetic = .plain
    options.inputShape =
      random.chance(1, in: 2) ? [Int.random(in: 3...30, using: &random)] : [1, 4, 5]
    options.layers = Int.random(in: 1...4, using: &random)
    options.isChain = random.chance(1, in: 3)
    options.uniqueWeights = Int.random(in: 2...4, using: &random)
    options.weights = random.chance(1, in: 2) ? -2...3 : -4...4
    options.readsPotential = random.chance(1, in: 2)
    options.timeSteps = Int.random(in: 1...5, using: &random)
    var bundle = RandomBundle.make(seed: seed, options)
    bundle.target = "ranc"
    for index in bundle.populations.indices {
      var population = bundle.populations[index]
      population.biases = population.biases.map { _ in Int32.random(in: -3...2, using: &random) }
      population.thresholds = population.thresholds.map { _ in
        Int32.random(in: 2...9, using: &random)
      }
      population.initialPotentials = population.initialPotentials.map { _ in
        Int32.random(in: -2...1, using: &random)
      }
      if population.reset == .bySubtraction { population.spikesAboveOnly = false }
      if case .toValue? = population.reset {
        population.reset = .toValue(Int32.random(in: -3...1, using: &random))
      }
      bundle.populations[index] = population
    }
    return bundle
  }

  private static func files(_ bundle: Bundle) throws(ExportError) -> [String: String] {
    let files = try NativeExport.files(bundle, target: "ranc")
    return Dictionary(
      uniqueKeysWithValues: files.map { ($0.name, String(decoding: $0.bytes, as: UTF8.self)) })
  }

  @Test("50 random networks: JSON and images by the book give what the simulator gives")
  func equal() throws {
    var run = 0
    var cores = 0
    var answers = Set<[Int]>()
    for seed in 0..<UInt64(600) where run < 50 {
      let bundle = Self.bundle(seed)
      let files: [String: String]
      do throws(ExportError) {
        files = try Self.files(bundle)
      } catch {
        #expect(error.fix != nil)
        continue
      }
      run += 1
      let simulator = try TextbookRanc(json: files)
      let hardware = try TextbookRanc(images: files)
      cores = max(cores, simulator.coreCount)
      let ours = try IntegerSimulator(bundle)
      var random = SeededGenerator(seed: seed)
      for _ in 0..<2 {
        let sample = (0..<ours.sampleSize).map { _ in UInt8.random(in: 0...255, using: &random) }
        let expected = try ours.run(sample: sample).readout.map { Int($0) }
        #expect(simulator.run(sample: sample) == expected, "seed \(seed)")
        #expect(hardware.run(sample: sample) == expected, "seed \(seed)")
        answers.insert(expected)
      }
      #expect(simulator.merged == 0 && hardware.merged == 0, "seed \(seed)")
    }
    #expect(run == 50)
    #expect(answers.count > 60, "\(answers.count) different answers")
    #expect(cores >= 3, "\(cores) cores")
  }

  /// [2] → 2 neurons → read-out of 1.
  private static func small() -> Bundle {
    Bundle(
      name: "small", producer: "test", target: "ranc", arithmetic: .plain, timeSteps: 3,
      input: InputPort(shape: [2], bits: 1),
      populations: [
        Population(
          name: "hidden", shape: [2], model: "IF", reset: .bySubtraction, spikesAboveOnly: false,
          thresholds: [5, 9], biases: [1, -1], initialPotentials: [2]),
        Population(
          name: "out", shape: [1], model: "IF", reset: .toValue(-2), spikesAboveOnly: true,
          thresholds: [3], biases: [-2], initialPotentials: [1]),
      ],
      projections: [
        Projection(
          name: "first", sources: [.input], target: 0, kind: .dense, weightShape: [2, 2],
          codebooks: [0], indices: [0, 2, 1, 0]),
        Projection(
          name: "second", sources: [.population(0)], target: 1, kind: .dense, weightShape: [1, 2],
          codebooks: [0], indices: [2, 0]),
      ],
      codebooks: [Codebook(entries: [-3, 0, 4], zeroIsAbsent: true, scale: 1)],
      readout: .mostSpikes)
  }

  @Test("rows of a core to the bit")
  func words() throws {
    let files = try Self.files(Self.small())
    // One core and the bus: a grid of two columns and one row; the last layer is packed first.
    #expect(
      files.keys.sorted() == [
        "config.json", "csram_000.mem", "inputs.json", "network.json", "tc_000.mem",
      ])
    let rows = try #require(files["csram_000.mem"]).split(separator: "\n").map(String.init)
    #expect(rows.count == 256 && rows.allSatisfy { $0.count == 368 })
    func wires(_ axons: [Int]) -> String {
      String((0..<256).reversed().map { axons.contains($0) ? "1" : "0" })
    }
    // The read-out reads axons 0 (type 1: +4) and 1 (type 0: -3); it starts at 1 - 1 · (-2) = 3.
    let out =
      wires([0, 1]) + "000000011" + "111111110" + "111111101" + "000000100" + "000000000"
      + "000000000" + "111111110" + "000000100" + "100000000" + "0" + "000000001" + "000000000"
      + "00000000" + "0000"
    #expect(rows[0] == out)
    // The first hidden neuron: threshold 5, subtraction, leak 1, sends to axon 0 of this core.
    let hidden =
      wires([2, 3]) + "000000010" + "000000000" + "111111101" + "000000100" + "000000000"
      + "000000000" + "000000001" + "000000101" + "100000000" + "1" + "000000000" + "000000000"
      + "00000000" + "0000"
    #expect(rows[1] == hidden)
    let idle =
      wires([]) + String(repeating: "0", count: 63) + "011111111" + "100000000"
      + String(repeating: "0", count: 31)
    #expect(rows[3] == idle && rows[255] == idle)
    let types = try #require(files["tc_000.mem"]).split(separator: "\n")
    #expect(types.count == 256 && types[..<4] == ["01", "00", "00", "01"])
    #expect(files["network.json"]?.contains("\"output_bus\":{\"coordinates\":[1,0]") == true)
  }

  static let broken: [BrokenChain] = [
    BrokenChain("graded input", .limitExceeded) { $0.input.bits = 2 },
    BrokenChain("a leak", .unsupportedNeuron) { $0.populations[0].membraneDecay = 1 },
    BrokenChain("subtraction above the threshold", .unsupportedNeuron) {
      $0.populations[0].spikesAboveOnly = true
    },
    BrokenChain("a threshold of 0", .limitExceeded) { $0.populations[0].thresholds = [0] },
    BrokenChain("a threshold of 256", .limitExceeded) { $0.populations[0].thresholds = [256] },
    BrokenChain("a bias of 10 bits", .limitExceeded) { $0.populations[0].biases = [256, 0] },
    BrokenChain("potentials that could wrap", .limitExceeded) { $0.timeSteps = 90 },
    BrokenChain("a bias that spikes before the first step", .unsupportedNeuron) {
      $0.populations[1].initialPotentials = [4]
    },
    BrokenChain("a weight of 10 bits", .limitExceeded) { $0.codebooks[0].entries[2] = 256 },
    BrokenChain("five different weights", .limitExceeded) { bundle in
      bundle.codebooks[0].entries = [-3, -1, 1, 2, 3]
      bundle.input.shape = [5]
      bundle.projections[0].weightShape = [2, 5]
      bundle.projections[0].indices = [0, 1, 2, 3, 4, 0, 0, 0, 0, 0]
      bundle.timeSteps = 1
    },
    BrokenChain("257 synapses of a neuron", .limitExceeded) { bundle in
      bundle.input.shape = [257]
      bundle.codebooks[0].entries = [-1, 0, 1]
      bundle.projections[0].weightShape = [2, 257]
      bundle.projections[0].indices = (0..<514).map { $0 % 2 == 0 ? 0 : 2 }
      bundle.timeSteps = 1
    },
    BrokenChain("a delay", .unsupportedTopology) { $0.projections[1].delay = 1 },
    BrokenChain("no threshold", .invalidBundle) { $0.populations[0].thresholds = [] },
    BrokenChain("another arithmetic", .wrongArithmetic) { $0.arithmetic = .loihiCuba },
  ]

  @Test("what a core cannot hold is one error with a fix", arguments: broken)
  func refuses(_ broken: BrokenChain) throws {
    var bundle = Self.small()
    broken.change(&bundle)
    let error = #expect(throws: ExportError.self) { try Self.files(bundle) }
    #expect(error?.code == broken.code, "\(error.map(String.init(describing:)) ?? "")")
    #expect(error?.fix != nil)
  }
}
