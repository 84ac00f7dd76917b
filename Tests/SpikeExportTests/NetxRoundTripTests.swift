import SpikeBundle
import SpikeContainers
import SpikeDiagnostics
import SpikeEngine
import SpikeExport
import SpikeGraph
import SpikeImport
import SpikeSimulate
import SpikeTestSupport
import Testing

/// The importer reads what the exporter writes.
@Suite("netx files there and back")
struct NetxRoundTripTests {
  @Test(
    "a network that was exported, imported and exported again is the same file", arguments: 0..<40)
  func roundTrip(seed: Int) throws {
    var options = RandomBundleOptions()
    options.leaks = seed % 3 == 1
    options.readsPotential = seed % 4 != 3
    options.uniqueWeights = [2, 4, 16, 0][seed % 4]
    options.inputBits = seed % 2 == 0 ? 1 : 4
    options.inputShape = seed % 5 == 0 ? [20] : [2, 8, 7]
    options.delays = seed % 7 == 2
    options.sourceDelays = seed % 7 == 5
    if options.leaks { options.weights = -40...40 }
    var bundle = RandomBundle.make(seed: UInt64(seed), options)
    // Biases behind a current that decays have no place in a graph; the importer refuses them.
    for index in bundle.populations.indices where bundle.populations[index].currentDecay != 4096 {
      bundle.populations[index].biases = []
    }
    let file = try NativeExport.files(bundle, target: "loihi2")[0]

    var reading = NetxImportOptions()
    reading.timeSteps = bundle.timeSteps
    reading.inputBits = bundle.input.bits
    let result = try NetxImporter.read(HDF5Reader.read(file.bytes), options: reading)
    let again = try Lowering.lower(result.model, target: .loihi2)
    #expect(try NativeExport.files(again, target: "loihi2")[0].bytes == file.bytes, "seed \(seed)")
    #expect(
      result.findings.contains { $0.code == "netx.read-out" } == options.readsPotential,
      "seed \(seed)")
    try checkEngine(result.model, bundle, seed)
  }

  /// The float engine on the imported graph against the integers of the bundle.
  private func checkEngine(_ model: Model, _ bundle: SpikeBundle.Bundle, _ seed: Int) throws {
    let simulator = try IntegerSimulator(bundle)
    let network = try Network(
      model.graph, EngineConfiguration(timeSteps: bundle.timeSteps, batch: 1, threads: 1))
    var random = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<3 {
      let sample = (0..<simulator.sampleSize).map { _ in UInt8.random(in: 0...255, using: &random) }
      let outcome = try simulator.run(sample: sample)
      let counts = outcome.counts
      guard counts.wraps + counts.clips + counts.readoutOverflows == 0 else { continue }
      let units = bundle.readout == .largestPotential ? Float(simulator.unitsPerInteger) : 1
      let logits = network.infer(
        sample.map { Float($0 >> (8 - UInt8(bundle.input.bits))) }, count: 1)
      #expect(logits == outcome.readout.map { Float($0) / units }, "seed \(seed)")
    }
  }
}
