import SpikeBundle
import SpikeDiagnostics
import SpikeSimulate
import SpikeTestSupport
import Testing

/// One way to break the tiny bundle.
struct BrokenBundle: Sendable, CustomTestStringConvertible {
  let what: String
  let code: SimulateErrorCode
  let change: @Sendable (inout Bundle) -> Void

  init(
    _ what: String, _ code: SimulateErrorCode = .invalidBundle,
    _ change: @escaping @Sendable (inout Bundle) -> Void
  ) {
    self.what = what
    self.code = code
    self.change = change
  }

  var testDescription: String { what }

  private static func geometry(
    _ what: String, strides: [Int] = [1, 1], before: [Int] = [1, 1], after: [Int] = [1, 1],
    dilations: [Int] = [1, 1], groups: Int = 1
  ) -> BrokenBundle {
    BrokenBundle(what) {
      $0.projections[0].kind = .convolution(
        strides: strides, padsBefore: before, padsAfter: after, dilations: dilations,
        groups: groups)
    }
  }

  static let all: [BrokenBundle] = [
    BrokenBundle("no time") { $0.timeSteps = 0 },
    BrokenBundle("endless time") { $0.timeSteps = Int.max },
    BrokenBundle("no bits") { $0.input.bits = 0 },
    BrokenBundle("nine bits") { $0.input.bits = 9 },
    BrokenBundle("an input of no axis") { $0.input.shape = [] },
    BrokenBundle("an input of four axes") { $0.input.shape = [1, 1, 4, 4] },
    BrokenBundle("an input with a size of 0") { $0.input.shape = [0, 4, 4] },
    BrokenBundle("an input with a negative size") { $0.input.shape = [-1, 4, 4] },
    BrokenBundle("an input that overflows") { $0.input.shape = [1 << 28, 1 << 28, 1 << 28] },
    BrokenBundle("no populations") { $0.populations = [] },
    BrokenBundle("a population of another size") { $0.populations[0].shape = [2, 4, 5] },
    BrokenBundle("a population that overflows") {
      $0.populations[0].shape = [1 << 28, 1 << 28, 1]
    },
    BrokenBundle("an unknown neuron") { $0.populations[0].model = "Izhikevich" },
    BrokenBundle("spikes read from a read-out") { $0.readout = .mostSpikes },
    BrokenBundle("potentials read from spiking neurons") {
      $0.populations[1].model = "IF"
      $0.populations[1].reset = .toValue(0)
      $0.populations[1].thresholds = [1]
    },
    BrokenBundle("no thresholds") { $0.populations[0].thresholds = [] },
    BrokenBundle("three thresholds for two channels") {
      $0.populations[0].thresholds = [1, 2, 3]
    },
    BrokenBundle("three biases for two channels") { $0.populations[0].biases = [1, 2, 3] },
    BrokenBundle("three starts for two channels") {
      $0.populations[0].initialPotentials = [1, 2, 3]
    },
    BrokenBundle("no reset") { $0.populations[0].reset = nil },
    BrokenBundle("a decay above 4096") { $0.populations[0].membraneDecay = 4097 },
    BrokenBundle("a negative decay") { $0.populations[0].currentDecay = -1 },
    BrokenBundle("no source") { $0.projections[0].sources = [] },
    BrokenBundle("a source that is not there") {
      $0.projections[1].sources = [.population(7)]
    },
    BrokenBundle("a negative source") { $0.projections[1].sources = [.population(-1)] },
    BrokenBundle("a source behind its reader") { $0.projections[0].sources = [.population(1)] },
    BrokenBundle("a read-out that reads itself") {
      $0.projections[1].sources = [.population(1)]
    },
    BrokenBundle("a population that reads itself and another one") {
      $0.projections[0].sources = [.input, .population(0)]
    },
    BrokenBundle("a convolution that reads its own target") {
      $0.projections[0].sources = [.population(0)]
    },
    BrokenBundle("two delays for many source elements") {
      $0.projections[1].delay = 1
      $0.projections[1].sourceDelays = [0, 1]
    },
    BrokenBundle("source elements that are later than their projection") {
      $0.projections[1].sourceDelays = (0..<32).map { $0 }
    },
    BrokenBundle("sources of two shapes") {
      $0.projections[1].sources = [.population(0), .input]
    },
    BrokenBundle("a target that is not there") { $0.projections[1].target = 2 },
    BrokenBundle("a negative target") { $0.projections[1].target = -1 },
    BrokenBundle("a negative delay") { $0.projections[1].delay = -1 },
    BrokenBundle("an endless delay") { $0.projections[1].delay = Int.max },
    BrokenBundle("a window larger than its map") {
      $0.projections[0].pooling = PoolingWindow(size: [5, 1])
    },
    BrokenBundle("a window of size 0") {
      $0.projections[0].pooling = PoolingWindow(size: [0, 1])
    },
    BrokenBundle("a window of one axis") { $0.projections[0].pooling = PoolingWindow(size: [2]) },
    BrokenBundle("a weight without axes") { $0.projections[0].weightShape = [] },
    BrokenBundle("a weight of another shape") { $0.projections[1].weightShape = [32, 3] },
    BrokenBundle("a weight that overflows") {
      $0.projections[1].weightShape = [1 << 28, 1 << 28, 1 << 28]
    },
    BrokenBundle("too few indices") { $0.projections[1].indices.removeLast() },
    BrokenBundle("an index outside its codebook") { $0.projections[1].indices[0] = 3 },
    BrokenBundle("no codebook") { $0.projections[0].codebooks = [] },
    BrokenBundle("a codebook that is not there") { $0.projections[0].codebooks = [2] },
    BrokenBundle("an empty codebook") { $0.codebooks[0].entries = [] },
    BrokenBundle("two codebooks for three channels") { $0.projections[1].codebooks = [0, 1] },
    BrokenBundle("a kernel of another size") { $0.projections[0].weightShape = [2, 1, 9, 1] },
    BrokenBundle("a convolution without channels") { $0.projections[0].weightShape = [18] },
    geometry("a stride of 0", strides: [0, 1]),
    geometry("one stride", strides: [1]),
    geometry("a negative border", before: [-1, 1]),
    geometry("another border", after: [2, 1]),
    geometry("a dilation of 0", dilations: [0, 1]),
    geometry("an endless dilation", dilations: [Int.max, 1]),
    geometry("no groups", groups: 0),
    geometry("two groups of one channel", groups: 2),
    BrokenBundle("weights of 32 bits", .rangeTooWide) {
      $0.codebooks[1].entries = [Int32.min, 0, Int32.max]
    },
    BrokenBundle("a threshold of 32 bits", .rangeTooWide) {
      $0.populations[0].thresholds = [Int32.max]
    },
    BrokenBundle("a bias of 32 bits", .rangeTooWide) {
      $0.populations[0].biases = [Int32.min, 0]
    },
    BrokenBundle("a kept current of more than 24 bits", .rangeTooWide) {
      $0.populations[0].model = "CubaLIF"
      $0.populations[0].currentDecay = 1
      $0.codebooks[0].entries = [-300, -1, 200, 500]
    },
    BrokenBundle("plain sums over too long a time", .rangeTooWide) {
      $0.arithmetic = .plain
      $0.timeSteps = 65536
      $0.codebooks[0].entries = [-30000, -1, 200, 30000]
    },
  ]
}

@Suite("The simulator refuses")
struct BrokenBundleTests {
  @Test("what contradicts itself, with a code and a remedy", arguments: BrokenBundle.all)
  func refusal(broken: BrokenBundle) {
    var bundle = TinyBundle.make()
    broken.change(&bundle)
    do throws(SimulateError) {
      _ = try IntegerSimulator(bundle)
      Issue.record("accepted \(broken.what)")
    } catch {
      #expect(error.code == broken.code, "\(error)")
      #expect(error.fix?.isEmpty == false, "\(error)")
    }
  }

  @Test("the tiny bundle itself is fine")
  func tiny() throws {
    let simulator = try IntegerSimulator(TinyBundle.make())
    #expect(simulator.sampleSize == 16)
    #expect(simulator.unitsPerInteger == 64)
  }

  @Test("samples and columns of another size")
  func samples() throws {
    let simulator = try IntegerSimulator(TinyBundle.make())
    for count in [0, 15, 17] {
      let error = #expect(throws: SimulateError.self) {
        try simulator.run(sample: [UInt8](repeating: 0, count: count))
      }
      #expect(error?.code == .wrongSample)
    }
    let error = #expect(throws: SimulateError.self) {
      try simulator.evaluate(samples: [1, 2, 3], labels: [0], threads: 1)
    }
    #expect(error?.code == .wrongSample)
    let pipeline = try PipelinedSimulator(TinyBundle.make())
    for column in [[Int32(1)], Array(repeating: 256, count: 16), Array(repeating: -1, count: 16)] {
      let error = #expect(throws: SimulateError.self) {
        try pipeline.run(columns: [column], steps: 2)
      }
      #expect(error?.code == .wrongSample)
    }
  }
}
