import SpikeBundle
import SpikeDiagnostics
import SpikeExport
import SpikeTestSupport
import Testing

/// One way to make a chain impossible to write as a netx file.
struct BrokenChain: Sendable, CustomTestStringConvertible {
  let what: String
  let code: ExportErrorCode
  let change: @Sendable (inout Bundle) -> Void

  init(
    _ what: String, _ code: ExportErrorCode, _ change: @escaping @Sendable (inout Bundle) -> Void
  ) {
    self.what = what
    self.code = code
    self.change = change
  }

  var testDescription: String { what }

  /// A change of the codebook and indices of the dense layer.
  private static func weights(
    _ what: String, _ code: ExportErrorCode, _ entries: [Int32]
  ) -> BrokenChain {
    BrokenChain(what, code) { bundle in
      bundle.codebooks[1].entries = entries
      bundle.projections[1].indices = (0..<96).map { UInt8($0 % entries.count) }
    }
  }

  static let all: [BrokenChain] = [
    weights("all weights 0", .unsafeWeights, [0]),
    weights("no positive weight, minimum -1", .unsafeWeights, [-1]),
    weights("no positive weight, minimum -1, zeros", .unsafeWeights, [-1, 0]),
    weights("no positive weight, minimum -2", .unsafeWeights, [-2, -1]),
    weights("no positive weight, minimum -64", .unsafeWeights, [-64, -3, 0]),
    weights("no positive weight, minimum -128", .unsafeWeights, [-128, -5]),
    weights("a weight below -128", .limitExceeded, [-129, 5]),
    weights("a weight above 127", .limitExceeded, [-5, 128]),
    weights("only positive weights up to 255", .limitExceeded, [0, 255]),
    weights("both signs with 255", .limitExceeded, [-3, 255]),
    weights("weights of 32 bits", .limitExceeded, [Int32.min, Int32.max]),
    BrokenChain("another arithmetic", .wrongArithmetic) { $0.arithmetic = .plain },
    BrokenChain("a soft reset", .unsupportedNeuron) {
      $0.populations[0].reset = .bySubtraction
    },
    BrokenChain("a reset to 1", .unsupportedNeuron) { $0.populations[0].reset = .toValue(1) },
    BrokenChain("no reset", .unsupportedNeuron) { $0.populations[0].reset = nil },
    BrokenChain("a start above 0", .unsupportedNeuron) {
      $0.populations[0].initialPotentials = [0, 7]
    },
    BrokenChain("thresholds by channel", .unsupportedNeuron) {
      $0.populations[0].thresholds = [20, 21]
    },
    BrokenChain("no threshold", .unsupportedNeuron) { $0.populations[0].thresholds = [] },
    BrokenChain("a leak that spikes at its threshold", .unsupportedNeuron) {
      $0.populations[0].spikesAboveOnly = false
      $0.populations[0].membraneDecay = 1
    },
    BrokenChain("a threshold of 18 bits", .limitExceeded) {
      $0.populations[0].thresholds = [131_072]
    },
    BrokenChain("a negative threshold", .limitExceeded) {
      $0.populations[0].thresholds = [-1]
    },
    BrokenChain("a threshold of 0 that spikes at it", .limitExceeded) {
      $0.populations[0].thresholds = [0]
      $0.populations[0].spikesAboveOnly = false
    },
    BrokenChain("a bias of 14 bits", .limitExceeded) { $0.populations[0].biases = [4096, 0] },
    BrokenChain("a decay above 4096", .limitExceeded) {
      $0.populations[0].membraneDecay = 4097
    },
    BrokenChain("a negative decay", .limitExceeded) { $0.populations[1].currentDecay = -1 },
    BrokenChain("a delay above 62", .limitExceeded) { $0.projections[1].delay = 63 },
    BrokenChain("a negative delay", .limitExceeded) { $0.projections[1].delay = -1 },
    BrokenChain("a source element that is delayed by more than 62", .limitExceeded) {
      $0.projections[1].sourceDelays = (0..<$0.projections[1].weightShape[1]).map {
        $0 == 1 ? 63 : 0
      }
      $0.projections[1].delay = 63
    },
    BrokenChain("recurrent synapses", .unsupportedTopology) { bundle in
      let count = bundle.populations[0].neuronCount
      bundle.projections.insert(
        Projection(
          name: "recurrent", sources: [.population(0)], target: 0, kind: .dense,
          weightShape: [count, count], codebooks: [0],
          indices: [UInt8](repeating: 0, count: count * count)), at: 1)
    },
    BrokenChain("a delayed convolution", .unsupportedTopology) { $0.projections[0].delay = 1 },
    BrokenChain("a second projection", .unsupportedTopology) { bundle in
      var copy = bundle.projections[1]
      copy.name = "second"
      bundle.projections.append(copy)
    },
    BrokenChain("a residual sum", .unsupportedTopology) {
      $0.projections[1].sources = [.population(0), .population(0)]
    },
    BrokenChain("a layer that reads past its neighbour", .unsupportedTopology) {
      $0.projections[1].sources = [.input]
    },
    BrokenChain("a layer without synapses", .unsupportedTopology) {
      $0.projections.removeLast()
    },
    BrokenChain("a map behind a dense layer", .unsupportedTopology) {
      $0.populations[1].shape = [3, 1, 1]
    },
    BrokenChain("pooling that leaves rows over under a border", .unsupportedTopology) { bundle in
      bundle.input.shape = [1, 9, 9]
      bundle.projections[0].pooling = PoolingWindow(size: [2, 2])
    },
    BrokenChain("a kernel above 127 taps", .limitExceeded) { bundle in
      bundle.input.shape = [1, 4 * 64, 4 * 64]
      bundle.projections[0].pooling = PoolingWindow(size: [64, 64])
    },
    BrokenChain("no populations", .invalidBundle) { $0.populations = [] },
    BrokenChain("an input without a shape", .invalidBundle) { $0.input.shape = [] },
    BrokenChain("an input of size 0", .invalidBundle) { $0.input.shape = [1, 0, 4] },
    BrokenChain("an input of 2^63 pixels", .invalidBundle) {
      $0.input.shape = [1 << 21, 1 << 21, 1 << 21]
    },
    BrokenChain("an input of 99 bits", .invalidBundle) { $0.input.bits = 99 },
    BrokenChain("indices outside the codebook", .invalidBundle) {
      $0.projections[1].indices[5] = 200
    },
    BrokenChain("too few indices", .invalidBundle) { $0.projections[0].indices.removeLast() },
    BrokenChain("a codebook that is not there", .invalidBundle) {
      $0.projections[0].codebooks = [9]
    },
    BrokenChain("no codebook", .invalidBundle) { $0.projections[0].codebooks = [] },
    BrokenChain("a weight of another shape", .invalidBundle) {
      $0.projections[1].weightShape = [32, 3]
    },
    BrokenChain("a kernel of another size", .invalidBundle) {
      $0.projections[0].weightShape = [2, 1, 9, 1]
    },
    BrokenChain("a geometry without numbers", .invalidBundle) {
      $0.projections[0].kind = .convolution(
        strides: [], padsBefore: [1, 1], padsAfter: [1, 1], dilations: [1, 1], groups: 1)
    },
    BrokenChain("a stride of 0", .invalidBundle) {
      $0.projections[0].kind = .convolution(
        strides: [0, 0], padsBefore: [1, 1], padsAfter: [1, 1], dilations: [1, 1], groups: 1)
    },
    BrokenChain("no channel groups", .invalidBundle) {
      $0.projections[0].kind = .convolution(
        strides: [1, 1], padsBefore: [1, 1], padsAfter: [1, 1], dilations: [1, 1], groups: 0)
    },
    BrokenChain("a pool larger than its map", .invalidBundle) {
      $0.projections[0].pooling = PoolingWindow(size: [5, 5])
    },
    BrokenChain("a bias for a third of the channels", .invalidBundle) {
      $0.populations[1].biases = [1, 2]
    },
  ]
}

@Suite("Loihi 2 files")
struct Loihi2EncoderTests {
  @Test("are refused with the right code, place and remedy", arguments: BrokenChain.all)
  func refusal(broken: BrokenChain) {
    var bundle = TinyBundle.make()
    broken.change(&bundle)
    do throws(ExportError) {
      _ = try NativeExport.files(bundle, target: "loihi2")
      Issue.record("wrote \(broken.what)")
    } catch {
      #expect(error.code == broken.code, "\(error)")
      #expect(error.fix?.isEmpty == false, "\(error)")
      #expect(error.message.hasSuffix("."), "\(error)")
    }
  }

  @Test(
    "hold weights at the very edge of the safe rule",
    arguments: [
      [-128, 127], [0, 1], [127], [-127], [-3, 0], [-3, -2], [-128, -127, 1], [5],
    ] as [[Int32]])
  func safe(entries: [Int32]) throws {
    var bundle = TinyBundle.make()
    bundle.codebooks[1].entries = entries
    bundle.projections[1].indices = (0..<96).map { UInt8($0 % entries.count) }
    #expect(try NativeExport.files(bundle, target: "loihi2").count == 2)
  }

  @Test("are the same bytes every time, and HDF5")
  func deterministic() async throws {
    let first = try NativeExport.files(TinyBundle.make(), target: "loihi2")
    // HDF5 would keep times in seconds.
    try await Task.sleep(for: .milliseconds(1100))
    let second = try NativeExport.files(TinyBundle.make(), target: "loihi2")
    #expect(first == second)
    #expect(first[0].bytes.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]))
    #expect(first.map(\.name) == ["tiny.net", "tiny.run.json"])
  }

  @Test("come with notes on how to run them")
  func notes() throws {
    let files = try NativeExport.files(TinyBundle.make(), target: "loihi2")
    #expect(
      String(decoding: files[1].bytes, as: UTF8.self) == """
        {
          "network": "tiny.net",
          "producer": "tests",
          "time_steps": 4,
          "reset_interval": 4,
          "reset_offset": 1,
          "input_message_bits": 8,
          "input_shape": [1, 4, 4],
          "input_shift": 0,
          "layers": 2,
          "readout": "membrane",
          "membrane_units_per_integer": 64
        }

        """)
  }

  @Test(
    "get plain names, whatever the network is called",
    arguments: [
      ("my net/../x", "my-net-..-x"), ("", "network"), (".hidden", "hidden"), ("Größe", "Gr--e"),
      ("...", "network"),
    ])
  func names(given: String, expected: String) throws {
    var bundle = TinyBundle.make()
    bundle.name = given
    #expect(try NativeExport.files(bundle, target: "loihi2")[0].name == "\(expected).net")
  }
}
