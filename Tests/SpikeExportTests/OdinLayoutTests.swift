import SpikeBundle
import SpikeDiagnostics
import SpikeExport
import SpikeTestSupport
import Testing

@Suite("Words of tinyODIN and ODIN")
struct OdinLayoutTests {
  /// [2] → 3 neurons (thresholds 100, 5, 2047) → read-out of 2.
  static func small(_ arithmetic: Arithmetic) -> Bundle {
    Bundle(
      name: "small", producer: "test", target: arithmetic.rawValue, arithmetic: arithmetic,
      timeSteps: 7, input: InputPort(shape: [2], bits: 1),
      populations: [
        Population(
          name: "hidden", shape: [3], model: "LIF", reset: .toValue(0), spikesAboveOnly: false,
          thresholds: [100, 5, 255], biases: [], initialPotentials: [3, 0, 90],
          membraneDecay: 9),
        Population(
          name: "out", shape: [2], model: "LI", reset: nil, spikesAboveOnly: false,
          thresholds: [], biases: [], initialPotentials: [64]),
      ],
      projections: [
        Projection(
          name: "first", sources: [.input], target: 0, kind: .dense, weightShape: [3, 2],
          codebooks: [0], indices: [0, 2, 1, 3, 3, 1]),
        Projection(
          name: "second", sources: [.population(0)], target: 1, kind: .dense, weightShape: [2, 3],
          codebooks: [0], indices: [3, 2, 1, 3, 2, 0]),
      ],
      codebooks: [Codebook(entries: [-7, 0, 2, 6], zeroIsAbsent: false, scale: 1)],
      readout: .largestPotential)
  }

  private func lines(_ bundle: Bundle, _ name: String) throws -> [String] {
    let files = try NativeExport.files(bundle, target: bundle.target)
    let file = try #require(files.first { $0.name == name })
    return String(decoding: file.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test("tinyODIN: neuron and synapse words to the bit")
  func tinyMemories() throws {
    let bundle = Self.small(.tinyOdin)
    let neurons = try lines(bundle, "neurons.hex")
    // leak 9 << 24 | threshold << 12 | potential.
    #expect(neurons[0] == "09064003" && neurons[1] == "09005000" && neurons[2] == "090ff05a")
    // A read-out: disabled, threshold 4095, potential 64; then idle addresses.
    #expect(neurons[3] == "80fff040" && neurons[4] == "80fff040" && neurons[5] == "80fff000")
    #expect(neurons[255] == "80fff000")
    let synapses = try lines(bundle, "synapses.hex")
    // Row of neuron 0: +6 to address 3, +6 to address 4; neuron 1: +2 and +2; neuron 2: 0 and -7.
    #expect(synapses[0 << 5] == "00066000" && synapses[1 << 5] == "00022000")
    #expect(synapses[2 << 5] == "00090000")
    // Inputs follow the five neurons: weights -7, 0, +6 and +2, +6, 0.
    #expect(synapses[5 << 5] == "00000609" && synapses[6 << 5] == "00000062")
    #expect(synapses[7 << 5] == "00000000" && synapses[(5 << 5) + 1] == "00000000")
  }

  @Test("tinyODIN: SPI words and events to the bit")
  func tinyWords() throws {
    let bundle = Self.small(.tinyOdin)
    let words = try lines(bundle, "spi.txt")
    // Gate on, closed loop, events when neurons spike, highest neuron 4.
    #expect(words[..<4] == ["00000 00001", "00001 00000", "00002 00000", "00003 00004"])
    // {0, 1, 01, 000000, byte, word} {0000, 00000000, byte}: neuron 0 is 09064003.
    #expect(words[4..<8] == ["50000 00003", "50100 00040", "50200 00006", "50300 00009"])
    #expect(words[8] == "50001 00000" && words[9] == "50101 00050")
    // Five neurons, then {0, 1, 10, 0, byte, word}: source 0 is 00066000.
    #expect(words[24..<28] == ["60000 00000", "62000 00060", "64000 00006", "66000 00000"])
    #expect(words[28] == "60020 00000" && words[30] == "64020 00002")
    #expect(words.last == "00000 00000")
    // Seven sources with one group of eight neurons each.
    #expect(words.count == 4 + 5 * 4 + 7 * 4 + 1)
    let reset = try lines(bundle, "spi-reset.txt")
    // Only the 12 bits of the potential; the high half of byte 1 is threshold and is kept.
    #expect(reset[..<4] == ["00000 00001", "50000 00003", "50100 0f000", "50001 00000"])
    #expect(reset.count == 1 + 5 * 2 + 1)
    let events = try lines(bundle, "events.txt")
    #expect(
      events == [
        "reset", "repeat 7", "input 0 005", "wait", "input 1 006", "wait", "send 1ff", "wait",
        "end", "potential 0 3", "potential 1 4",
      ])
  }

  @Test("ODIN: words, signs by row, two addresses for sources of both signs")
  func odinWords() throws {
    let bundle = Self.small(.odin)
    let neurons = try lines(bundle, "neurons.hex")
    // 1 | leak 9 << 1 | leak enable << 8 | threshold 100 << 9 | potential 3 << 70.
    #expect(neurons[0] == "00000000000000c0000000000000c913")
    // Potential 90 << 70, threshold 255.
    #expect(neurons[2] == "0000000000001680000000000001ff13")
    // A read-out: disabled, threshold 255, leak off, potential 64.
    #expect(neurons[3] == "8000000000001000000000000001fe01")
    #expect(neurons[255] == "8000000000000000000000000001fe01")
    let synapses = try lines(bundle, "synapses.hex")
    // Mapping bit and magnitude: +6 is e, +2 is a, -7 is f.
    #expect(synapses[0] == "000ee000" && synapses[2 << 5] == "000f0000")
    // Line 0 has -7 and +6: address 5 takes the first, address 6 the second.
    #expect(synapses[5 << 5] == "0000000f" && synapses[6 << 5] == "00000e00")
    #expect(synapses[7 << 5] == "000000ea")
    let words = try lines(bundle, "spi.txt")
    // Neuron 2 and the first half of line 0 inhibit: bits 2 and 5 of the first sign register.
    #expect(words[..<4] == ["00000 00001", "00001 00000", "00002 00024", "00003 00000"])
    #expect(words[18] == "00012 00000")
    // {0, 1, 01, 0000, byte, word}, 16 bytes a neuron.
    #expect(words[26] == "50000 00013" && words[27] == "50100 000c9" && words[34] == "50800 000c0")
    let reset = try lines(bundle, "spi-reset.txt")
    #expect(reset[1] == "50800 03fc0" && reset[2] == "50900 0c000")
    let events = try lines(bundle, "events.txt")
    #expect(
      events[2..<10] == [
        "input 0 00507", "wait", "input 0 00607", "wait", "input 1 00707", "wait", "send 0007f",
        "wait",
      ])
  }

  static let broken: [BrokenChain] = [
    BrokenChain("graded input", .limitExceeded) { $0.input.bits = 2 },
    BrokenChain("a soft reset", .unsupportedNeuron) { $0.populations[0].reset = .bySubtraction },
    BrokenChain("a reset to 1", .unsupportedNeuron) { $0.populations[0].reset = .toValue(1) },
    BrokenChain("no reset", .unsupportedNeuron) { $0.populations[0].reset = nil },
    BrokenChain("a bias", .unsupportedNeuron) { $0.populations[1].biases = [0, 1] },
    BrokenChain("currents that are kept", .unsupportedNeuron) {
      $0.populations[0].currentDecay = 4095
    },
    BrokenChain("a leak above 127", .limitExceeded) { $0.populations[0].membraneDecay = 128 },
    BrokenChain("a threshold of 0", .limitExceeded) { $0.populations[0].thresholds = [0] },
    BrokenChain("a threshold above the range of potentials", .limitExceeded) {
      $0.populations[0].thresholds = [2047]
      $0.populations[0].spikesAboveOnly = true
    },
    BrokenChain("a start above the range", .limitExceeded) {
      $0.populations[1].initialPotentials = [2048]
    },
    BrokenChain("a weight outside the range", .limitExceeded) { $0.codebooks[0].entries[3] = 8 },
    BrokenChain("two projections that add up to more", .limitExceeded) {
      var copy = $0.projections[0]
      copy.name = "again"
      $0.projections.insert(copy, at: 1)
    },
    BrokenChain("weights that overflow when added", .limitExceeded) {
      $0.codebooks[0].entries[3] = Int32.max
      var copy = $0.projections[0]
      copy.name = "again"
      $0.projections.insert(copy, at: 1)
    },
    BrokenChain("a delay", .unsupportedTopology) { $0.projections[0].delay = 1 },
    BrokenChain("too many neurons", .limitExceeded) {
      $0.populations[1].shape = [254]
      $0.projections[1].weightShape = [254, 3]
      $0.projections[1].indices = Array(repeating: 0, count: 762)
    },
    BrokenChain("too many addresses", .limitExceeded) {
      $0.input.shape = [252]
      $0.projections[0].weightShape = [3, 252]
      $0.projections[0].indices = Array(repeating: 2, count: 756)
    },
    BrokenChain("two starts for three channels", .invalidBundle) {
      $0.populations[0].initialPotentials = [1, 2]
    },
    BrokenChain("no threshold", .invalidBundle) { $0.populations[0].thresholds = [] },
    BrokenChain("an unknown model", .invalidBundle) { $0.populations[0].model = "ALIF" },
    BrokenChain("a read-out that does not suit", .invalidBundle) { $0.readout = .mostSpikes },
    BrokenChain("a target that is not there", .invalidBundle) { $0.projections[1].target = 2 },
    BrokenChain("a source behind its reader", .invalidBundle) {
      $0.projections[0].sources = [.population(1)]
    },
    BrokenChain("no sources", .invalidBundle) { $0.projections[0].sources = [] },
    BrokenChain("a codebook that is not there", .invalidBundle) {
      $0.projections[0].codebooks = [7]
    },
    BrokenChain("an index outside its codebook", .invalidBundle) {
      $0.projections[0].indices[0] = 4
    },
    BrokenChain("no steps", .invalidBundle) { $0.timeSteps = 0 },
    BrokenChain("another arithmetic", .wrongArithmetic) { $0.arithmetic = .plain },
  ]

  @Test("what the chip cannot hold is one error with a fix", arguments: broken)
  func refuses(_ broken: BrokenChain) throws {
    var bundle = Self.small(.tinyOdin)
    broken.change(&bundle)
    let error = #expect(throws: ExportError.self) {
      try NativeExport.files(bundle, target: "tinyodin")
    }
    #expect(error?.code == broken.code, "\(error.map(String.init(describing:)) ?? "")")
    #expect(error?.fix != nil)
  }

  @Test("ODIN refuses what has more signs than addresses")
  func odinAddresses() throws {
    var bundle = Self.small(.odin)
    // 130 lines of both signs take 260 addresses; tinyODIN would take 130.
    bundle.input.shape = [130]
    bundle.projections[0].weightShape = [3, 130]
    bundle.projections[0].indices = (0..<390).map { $0 < 130 ? 0 : 3 }
    let error = #expect(throws: ExportError.self) { try NativeExport.files(bundle, target: "odin") }
    #expect(error?.code == .limitExceeded)
    #expect(error?.message.contains("take 265 addresses") == true)
    bundle.arithmetic = .tinyOdin
    #expect(try !NativeExport.files(bundle, target: "tinyodin").isEmpty)
  }

  @Test("C programs are refused for chips that see one spike after the other")
  func noC() throws {
    let error = #expect(throws: ExportError.self) {
      try NativeExport.files(Self.small(.odin), target: "c")
    }
    #expect(error?.code == .wrongArithmetic)
  }
}
