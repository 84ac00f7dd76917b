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
@Suite("NIR files there and back")
struct NIRRoundTripTests {
  @Test("a network that was exported and imported answers as the bundle's integers do")
  func roundTrip() throws {
    var compared = 0
    for seed in UInt64(0)..<60 {
      var options = RandomBundleOptions()
      options.arithmetic = .plain
      options.readsPotential = seed % 3 == 0
      options.inputShape = seed % 2 == 0 ? [20] : [2, 8, 7]
      options.layers = 2 + Int(seed % 3)
      options.inputBits = seed % 5 == 0 ? 4 : 1
      var bundle = RandomBundle.make(seed: seed, options)
      for index in bundle.populations.indices {
        bundle.populations[index].spikesAboveOnly = (seed + UInt64(index)) % 2 == 0
      }
      let files: [NativeFile]
      do throws(ExportError) {
        files = try NativeExport.files(bundle, target: "nir-norse")
      } catch {
        #expect(error.code == .unsupportedTopology, "seed \(seed): \(error)")
        continue
      }
      let result = try NIRImporter.read(
        HDF5Reader.read(files[0].bytes), options: NIRImportOptions())
      let network = try Network(
        result.model.graph, EngineConfiguration(timeSteps: bundle.timeSteps, batch: 1, threads: 1))
      let simulator = try IntegerSimulator(bundle)
      var random = SeededGenerator(seed: seed)
      for _ in 0..<3 {
        let sample = (0..<simulator.sampleSize).map { _ in
          UInt8.random(in: 0...255, using: &random)
        }
        let outcome = try simulator.run(sample: sample)
        let answer = network.infer(
          sample.map { Float($0 >> (8 - UInt8(bundle.input.bits))) }, count: 1)
        #expect(answer == outcome.readout.map { Float($0) }, "seed \(seed)")
      }
      compared += 1
    }
    #expect(compared >= 25, "\(compared) networks were compared")
  }
}
