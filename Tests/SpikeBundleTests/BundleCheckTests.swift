import SpikeBundle
import SpikeDiagnostics
import SpikeTestSupport
import Testing

/// One change that makes the sample network wrong, and what is said about it.
struct Fault: Sendable, CustomTestStringConvertible {
  var code: BundleErrorCode
  var message: String
  var change: @Sendable (inout Bundle) -> Void
  var testDescription: String { message }

  init(
    _ message: String, _ code: BundleErrorCode = .invalidValue,
    _ change: @escaping @Sendable (inout Bundle) -> Void
  ) {
    self.code = code
    self.message = message
    self.change = change
  }

  static let all: [Fault] = [
    Fault("The number of time steps is 0; allowed are 1 to 2147483647.") { $0.timeSteps = 0 },
    Fault("The number of input bits is 9; allowed are 1 to 8.") { $0.input.bits = 9 },
    Fault("The input has 2 axes; allowed are 1 or 3.") { $0.input.shape = [8, 8] },
    Fault("The size of the input is 0; allowed are 1 to 2147483647.") { $0.input.shape[1] = 0 },
    Fault(
      "The population of shape [65536, 65536, 1] has more than 2147483647 elements.", .tooLarge
    ) { $0.populations[0].shape = [65_536, 65_536, 1] },
    Fault("A name contains the character NUL.") { $0.labels = ["a\0b"] },
    Fault("Two populations have the name 'out'.") { $0.populations[0].name = "out" },
    Fault("Two projections have the name 'out.weight'.") { $0.projections[0].name = "out.weight" },
    Fault("The codebook has 0 entries; allowed are 1 to 256.") { $0.codebooks[1].entries = [] },
    Fault("The codebook has 257 entries; allowed are 1 to 256.") {
      $0.codebooks[1].entries = Array(0...256)
    },
    Fault("The entries do not ascend strictly: [1, 1].") { $0.codebooks[0].entries = [1, 1] },
    Fault("The scale is inf.") { $0.codebooks[0].scale = .infinity },
    Fault("The scale is nan.") { $0.populations[0].scale = .nan },
    Fault("The neuron model is 'ALIF'; allowed are IF, LIF, CubaLIF and LI.") {
      $0.populations[0].model = "ALIF"
    },
    Fault("A neuron that spikes has a reset, LI has none.") { $0.populations[0].reset = nil },
    Fault("There are 2 thresholds; allowed are 1 or 4.") {
      $0.populations[0].thresholds = [1, 2]
    },
    Fault("There are 1 thresholds; allowed are 0.") { $0.populations[2].thresholds = [1] },
    Fault("There are 3 biases; allowed are 0 or 10.") { $0.populations[1].biases = [1, 2, 3] },
    Fault("There are 0 initial potentials; allowed are 1 or 3.") {
      $0.populations[2].initialPotentials = []
    },
    Fault("The decay is 4097; allowed are 0 to 4096.") { $0.populations[1].membraneDecay = 4_097 },
    Fault("The decay is -1; allowed are 0 to 4096.") { $0.populations[1].currentDecay = -1 },
    Fault("The target is population 3; there are 3.") { $0.projections[2].target = 3 },
    Fault("The projection has 0 sources.") { $0.projections[2].sources = [] },
    Fault("Population 2 is a source of population 1; sources come before their targets.") {
      $0.projections[1].sources = [.population(2)]
    },
    Fault(
      "Population 2 is its own source; recurrent synapses are dense, of one source without a pool, "
        + "between neurons that spike."
    ) { $0.projections[2].sources = [.population(2)] },
    Fault(
      "Population 0 is its own source; recurrent synapses are dense, of one source without a pool, "
        + "between neurons that spike."
    ) { $0.projections[0].sources = [.population(0)] },
    Fault("There are 2 delays of 10 source elements.") {
      $0.projections[2].sourceDelays = [0, 2]
    },
    Fault(
      "The delays of source elements are 2 to 2; they must differ, and the longest be that of the "
        + "projection, 2."
    ) { $0.projections[2].sourceDelays = Array(repeating: 2, count: 10) },
    Fault(
      "The delays of source elements are 0 to 9; they must differ, and the longest be that of the "
        + "projection, 2."
    ) { $0.projections[2].sourceDelays = Array(0..<10) },
    Fault(
      "The delays of source elements are -1 to 2; they must differ, and the longest be that of the "
        + "projection, 2."
    ) { $0.projections[2].sourceDelays = [-1, 2, 0, 0, 0, 0, 0, 0, 0, 0] },
    Fault("Population -1 is a source of population 2; sources come before their targets.") {
      $0.projections[2].sources = [.population(-1)]
    },
    Fault("The sources have different shapes: [10] and [1, 8, 8].") {
      $0.projections[2].sources = [.population(1), .input]
    },
    Fault("The pooling window [7, 2] does not fit [4, 6, 6].") {
      $0.projections[1].pooling = PoolingWindow(size: [7, 2])
    },
    Fault("The pooling window [2, 2] does not fit [10].") {
      $0.projections[2].pooling = PoolingWindow(size: [2, 2])
    },
    Fault("The weight has 3 axes; allowed are 2 or 4.") {
      $0.projections[2].weightShape = [3, 10, 1]
    },
    Fault("A weight of shape [3, 9] does not lead from [10] to [3].") {
      $0.projections[2].weightShape = [3, 9]
    },
    Fault("The geometry [0, 1] of the convolution is not allowed.") {
      $0.projections[0].kind = .convolution(
        strides: [0, 1], padsBefore: [0, 0], padsAfter: [0, 0], dilations: [1, 1], groups: 1)
    },
    Fault("The number of groups is 0; allowed are 1 to 2147483647.") {
      $0.projections[0].kind = .convolution(
        strides: [1, 1], padsBefore: [0, 0], padsAfter: [0, 0], dilations: [1, 1], groups: 0)
    },
    Fault("A weight of shape [4, 1, 3, 3] with 2 groups does not lead from [1, 8, 8] to [4, 6, 6].")
    {
      $0.projections[0].kind = .convolution(
        strides: [1, 1], padsBefore: [0, 0], padsAfter: [0, 0], dilations: [1, 1], groups: 2)
    },
    Fault("A kernel of [3, 3] does not lead from [1, 8, 8] to [4, 6, 6].") {
      $0.projections[0].kind = .convolution(
        strides: [2, 1], padsBefore: [0, 0], padsAfter: [0, 0], dilations: [1, 1], groups: 1)
    },
    Fault("There are 2 codebooks; allowed are 1 or 3.") { $0.projections[2].codebooks = [0, 1] },
    Fault("Codebook 2 is not there; there are 2.") { $0.projections[2].codebooks = [2] },
    Fault("The delay is 65536; allowed are 0 to 65535.") { $0.projections[2].delay = 65_536 },
    Fault("There are 29 indices for 30 weights.") { $0.projections[2].indices.removeLast() },
    Fault("An index is 4; its codebook has the indices 0 to 3.") {
      $0.projections[2].indices[29] = 4
    },
    Fault(
      "The projection comes after one to population 2, but goes to 1; projections are ordered by "
        + "target."
    ) { $0.projections.swapAt(1, 2) },
    Fault("There are 65537 labels; allowed are 65536.", .tooLarge) {
      $0.labels = [String](repeating: "", count: 65_537)
    },
  ]
}

@Suite("A bundle with a fault")
struct BundleCheckTests {
  @Test("is not written, and told what is wrong", arguments: Fault.all)
  func refused(fault: Fault) throws {
    var bundle = SampleBundles.network
    fault.change(&bundle)
    #expect(bundle != SampleBundles.network)
    do throws(BundleError) {
      _ = try BundleFile.encode(bundle)
      Issue.record("written")
    } catch {
      #expect(error.code == fault.code)
      #expect(error.message == fault.message)
      #expect(error.fix != nil)
    }
  }

  @Test("leaves no file and does not touch an older one")
  func nothingWritten() throws {
    let directory = try TemporaryDirectory()
    var bundle = SampleBundles.network
    try BundleFile.write(bundle, to: directory.file("a.sfb"))
    bundle.timeSteps = 0
    #expect(throws: BundleError.self) { try BundleFile.write(bundle, to: directory.file("a.sfb")) }
    #expect(throws: BundleError.self) { try BundleFile.write(bundle, to: directory.file("b.sfb")) }
    #expect(try directory.contents() == ["a.sfb"])
    #expect(try BundleFile.read(path: directory.file("a.sfb")) == SampleBundles.network)
  }
}
