import SpikeBundle
import SpikeDiagnostics
import SpikeExport
import SpikeHardware
import SpikeSimulate
import SpikeTestSupport
import Testing

@Suite("Packing onto cores")
struct PackingTests {
  /// Lines are sources -1, -2, …; neurons are their own numbers.
  struct Net {
    var layers: [[Int]]
    var synapses: [[(source: Int, weight: Int32)]]
    var limits: CorePacking.Limits

    func packed() throws(CorePacking.Overflow) -> CorePacking {
      try CorePacking(
        layers: layers, synapses: synapses, keeps: Set(layers[layers.count - 1]), limits: limits,
        owner: { $0 < 0 ? nil : $0 })
    }
  }

  /// One layer of three to five neurons, or two of two to three.
  private static func small(_ seed: Int) -> Net {
    var random = SeededGenerator(seed: UInt64(seed))
    let hasTwo = seed % 2 == 1
    let first = Array(0..<Int.random(in: hasTwo ? 1...2 : 3...5, using: &random))
    let second =
      hasTwo
      ? Array(first.count..<first.count + Int.random(in: 2...3, using: &random)) : []
    var limits = CorePacking.Limits()
    limits.types = 2
    limits.axons = Int.random(in: 3...5, using: &random)
    limits.neurons = Int.random(in: 2...4, using: &random)
    let synapses = (first + second).map { neuron -> [(source: Int, weight: Int32)] in
      let sources = neuron < first.count ? [-3, -2, -1] : first
      return sources.filter { _ in random.chance(2, in: 3) }
        .map { ($0, [-2, 3][Int.random(in: 0..<2, using: &random)]) }
    }
    return Net(layers: hasTwo ? [first, second] : [first], synapses: synapses, limits: limits)
  }

  @Test("of small networks have the fewest cores there are, then the fewest wires")
  func least() throws {
    var cores: Set<Int> = []
    var better = 0
    for seed in 0..<60 {
      let net = Self.small(seed)
      let found = try net.packed()
      #expect(found.isLeast, "seed \(seed)")
      let oracle = PackingOracle(
        layers: net.layers, synapses: net.synapses, keeps: Set(net.layers[net.layers.count - 1]),
        limits: net.limits, mostCores: found.cores.count)
      #expect(
        oracle.best == (found.cores.count, found.wireCount),
        "seed \(seed), \(oracle.tried) packings tried")
      cores.insert(found.cores.count)
      better += oracle.tried > 1 ? 1 : 0
    }
    #expect(cores.count >= 3 && better > 40, "\(cores), \(better)")
  }

  @Test("of neurons in two families put each family on a core of its own, in any order")
  func families() throws {
    // 60 neurons of two kinds, mixed: each kind reads 40 lines of its own, and a core has 40 axons.
    var random = SeededGenerator(seed: 5)
    let kinds = (0..<60).map { _ in random.chance(1, in: 2) }
    var limits = CorePacking.Limits()
    limits.axons = 40
    limits.neurons = 64
    let net = Net(
      layers: [Array(0..<60)],
      synapses: kinds.map { kind in
        (1...40).map { line -> (source: Int, weight: Int32) in
          (source: kind ? -line : -100 - line, weight: 1)
        }
      }, limits: limits)
    #expect(try net.packed().cores.count == 2)
  }

  @Test("fill cores to the last neuron and axon where that is possible")
  func full() throws {
    var limits = CorePacking.Limits()
    limits.axons = 16
    limits.neurons = 8
    let net = Net(
      layers: [Array(0..<64)],
      synapses: (0..<64).map { neuron in
        let even = Int32(neuron % 7 + 1)
        return (1...16).map { line -> (source: Int, weight: Int32) in
          (source: -line, weight: line % 2 == 0 ? even : -9)
        }
      }, limits: limits)
    let packing = try net.packed()
    #expect(packing.cores.count == 8)
    #expect(packing.cores.allSatisfy { $0.axons.count == 16 && $0.members.count == 8 })
  }
}

@Suite("RANC networks that need many cores")
struct RancFanOutTests {
  /// Dense layers whose neurons read much and with freely chosen weights, so that few share a core.
  private static func bundle(_ seed: UInt64) -> Bundle {
    var random = SeededGenerator(seed: seed ^ 0xFA0)
    let depth = Int.random(in: 2...3, using: &random)
    let sizes =
      [Int.random(in: 4...8, using: &random)]
      + (0..<depth).map { _ in Int.random(in: 6...14, using: &random) } + [3]
    let readsPotential = random.chance(1, in: 3)
    var bundle = Bundle(
      name: "wide", producer: "test", target: "ranc", arithmetic: .plain,
      timeSteps: Int.random(in: 2...5, using: &random),
      input: InputPort(shape: [sizes[0]], bits: 1), populations: [], projections: [],
      codebooks: [Codebook(entries: [-2, 0, 1, 3], zeroIsAbsent: true, scale: 1)],
      readout: readsPotential ? .largestPotential : .mostSpikes)
    func project(_ sources: [Source], _ target: Int, _ count: Int, _ name: String) {
      bundle.projections.append(
        Projection(
          name: name, sources: sources, target: target, kind: .dense,
          weightShape: [sizes[target + 1], count], codebooks: [0],
          indices: (0..<sizes[target + 1] * count).map { _ in
            UInt8([0, 1, 2, 2, 3, 3][Int.random(in: 0..<6, using: &random)])
          }))
    }
    for layer in 0..<sizes.count - 1 {
      let isRead = readsPotential && layer == sizes.count - 2
      bundle.populations.append(
        Population(
          name: "layer \(layer)", shape: [sizes[layer + 1]], model: isRead ? "LI" : "IF",
          reset: isRead ? nil : random.chance(1, in: 2) ? .bySubtraction : .toValue(-1),
          spikesAboveOnly: false,
          thresholds: isRead
            ? [] : (0..<sizes[layer + 1]).map { _ in Int32.random(in: 2...6, using: &random) },
          biases: random.chance(1, in: 2)
            ? [] : (0..<sizes[layer + 1]).map { _ in Int32.random(in: -1...1, using: &random) },
          initialPotentials: [Int32.random(in: -2...0, using: &random)]))
      project([layer == 0 ? .input : .population(layer - 1)], layer, sizes[layer], "p\(layer)")
    }
    // A branch past a layer: its spikes must wait for those that take the long way.
    if depth == 3 {
      project([.population(0)], 2, sizes[1], "skip")
      bundle.projections.swapAt(3, 4)
    }
    return bundle
  }

  @Test("50 random networks with several cores a layer, copies and splitters compute the same")
  func equal() throws {
    var run = 0
    var withSplitters = 0
    var answers = Set<[Int]>()
    var most = 0
    for seed in 0..<UInt64(400) where run < 50 {
      let bundle = Self.bundle(seed)
      var random = SeededGenerator(seed: seed)
      var core = CorePacking.Limits()
      core.axons = Int.random(in: 28...32, using: &random)
      core.neurons = Int.random(in: 4...8, using: &random)
      let files: [String: String]
      do throws(ExportError) {
        let list = try RancEncoder.files(bundle, core: core)
        files = Dictionary(
          uniqueKeysWithValues: list.map { ($0.name, String(decoding: $0.bytes, as: UTF8.self)) })
      } catch {
        #expect(error.fix != nil)
        continue
      }
      run += 1
      let simulator = try TextbookRanc(json: files)
      let hardware = try TextbookRanc(images: files)
      withSplitters += simulator.repeaterCount > 0 ? 1 : 0
      most = max(most, simulator.coreCount)
      let ours = try IntegerSimulator(bundle)
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
    #expect(withSplitters >= 5, "\(withSplitters) networks with splitters")
    #expect(answers.count > 30 && most >= 20, "\(answers.count) answers, \(most) cores")
  }
}

@Suite("The core map")
struct CoreMapTests {
  private static func spec(_ name: String) throws -> HardwareSpec { try HardwareCatalog.spec(name) }

  /// [lines] → [neurons] → 2, all weights 1.
  private static func dense(_ lines: Int, _ neurons: Int, _ target: String) -> Bundle {
    func population(_ name: String, _ count: Int) -> Population {
      Population(
        name: name, shape: [count], model: "IF", reset: .toValue(0), spikesAboveOnly: false,
        thresholds: [200], biases: [])
    }
    return Bundle(
      name: "dense", producer: "test", target: target, arithmetic: .plain, timeSteps: 1,
      input: InputPort(shape: [lines], bits: 1),
      populations: [population("hidden", neurons), population("o\"ut", 2)],
      projections: [
        Projection(
          name: "first", sources: [.input], target: 0, kind: .dense, weightShape: [neurons, lines],
          codebooks: [0], indices: Array(repeating: 1, count: neurons * lines)),
        Projection(
          name: "second", sources: [.population(0)], target: 1, kind: .dense,
          weightShape: [2, neurons], codebooks: [0],
          indices: Array(repeating: 1, count: 2 * neurons)),
      ],
      codebooks: [Codebook(entries: [0, 1], zeroIsAbsent: true, scale: 1)], readout: .mostSpikes)
  }

  @Test("of a chip that states neurons a core fills cores in order, one population each")
  func byCount() throws {
    let map = try #require(
      try CoreMap.of(Self.dense(3, 8_200, "loihi2"), spec: Self.spec("loihi2")))
    #expect(map.coreCount == 3 && map.grid == nil && map.isLeast)
    #expect(map.text == #""hidden" 0:0-8191 1:8192-8199; "o\"ut" 2:0-1"#)
  }

  @Test("of a chip with one core has everything there")
  func oneCore() throws {
    var bundle = Self.dense(3, 20, "tinyodin")
    bundle.arithmetic = .tinyOdin
    let map = try #require(try CoreMap.of(bundle, spec: Self.spec("tinyodin")))
    #expect(map.coreCount == 1 && map.text == #""hidden" 0:0-19; "o\"ut" 0:0-1"#)
  }

  @Test(
    "of crossbars names every neuron once, with its place on the grid",
    arguments: ["ranc", "truenorth"])
  func crossbars(target: String) throws {
    let bundle = Self.dense(100, 150, target)
    let map = try #require(try CoreMap.of(bundle, spec: Self.spec(target)))
    #expect(map.coreCount == 1 && map.grid == [2, 1])
    #expect(map.text == #"2x1 "hidden" 0:0-149; "o\"ut" 0:0-1"#)
    #expect(map.extraNeurons == 0)
    // All axons are lines or stay on the core.
    #expect(map.wireCount == 100)
  }

  @Test("says why cores cannot hold a network")
  func problem() throws {
    var bundle = Self.dense(300, 10, "truenorth")
    let error = #expect(throws: ExportError.self) {
      try CoreMap.of(bundle, spec: Self.spec("truenorth"))
    }
    #expect(error?.code == .limitExceeded && error?.fix != nil)
    // Thresholds of 18 bits are TrueNorth's, not RANC's.
    bundle = Self.dense(100, 150, "truenorth")
    bundle.populations[0].thresholds = [1_000]
    #expect(try CoreMap.of(bundle, spec: Self.spec("truenorth")) != nil)
    #expect(throws: ExportError.self) { try CoreMap.of(bundle, spec: Self.spec("ranc")) }
  }

  @Test("is missing where nobody has said what a core holds")
  func unknown() throws {
    #expect(try CoreMap.of(Self.dense(3, 4, "c"), spec: Self.spec("c")) == nil)
  }
}
