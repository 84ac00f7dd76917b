import Foundation
import SpikeBundle
import SpikeDiagnostics
import SpikeExport
import SpikeSimulate
import SpikeTestSupport
import Testing

import struct SpikeBundle.Bundle

/// NIR files run in norse and spikingjelly must give the integer simulator's spikes.
@Suite("Equality of NIR files")
struct NIREqualityTests {
  /// Networks with hard reset to 0 that start at 0, as the readers' neurons do.
  private static func bundle(
    _ seed: UInt64, _ change: (inout RandomBundleOptions) -> Void = { _ in }
  ) -> Bundle {
    var options = RandomBundleOptions()
    options.arithmetic = .plain
    options.readsPotential = false
    options.inputShape = seed % 2 == 0 ? [20] : [1, 8, 7]
    options.pools = false
    options.layers = 2 + Int(seed % 3)
    options.inputBits = seed % 3 == 0 ? 4 : 1
    change(&options)
    var bundle = RandomBundle.make(seed: seed, options)
    for index in bundle.populations.indices {
      bundle.populations[index].spikesAboveOnly = (seed + UInt64(index)) % 2 == 0
    }
    return bundle
  }

  /// Python with nir, norse and spikingjelly, or nil.
  static let python = ProcessInfo.processInfo.environment["SFCONV_NIR"].map { "\($0)/bin/python" }

  @Test(
    "every output spike of every step equals the reader's", arguments: ["norse", "spikingjelly"])
  func equality(reader: String) throws {
    guard let python = Self.python else {
      print("skipped: NIR against \(reader); set SFCONV_NIR to an environment with them")
      return
    }
    let directory = try TemporaryDirectory()
    var jobs: [[String: Any]] = []
    var expected: [[[Int32]]] = []
    for seed in UInt64(0)..<96 where jobs.count < 24 {
      let bundle = Self.bundle(seed) { $0.pools = reader == "norse" }
      var random = SeededGenerator(seed: seed)
      let largest = Int32(1 << bundle.input.bits) - 1
      let values = (0..<bundle.input.shape.reduce(1, *)).map { _ in
        Int32.random(in: 0...largest, using: &random)
      }
      let folder = "\(directory.path)/\(seed)"
      do throws(ExportError) {
        let paths = try NativeExport.write(bundle, target: "nir-\(reader)", directory: folder)
        jobs.append([
          "nir": paths[0], "shape": bundle.input.shape, "values": values.map(Int.init),
          "steps": bundle.timeSteps, "reader": reader,
        ])
      } catch {
        // Grouped convolutions, uneven borders, kernels that are not square.
        #expect(error.code == .unsupportedTopology, "seed \(seed): \(error)")
        continue
      }
      let last = bundle.populations.count - 1
      let columns = Array(repeating: values, count: bundle.timeSteps)
      expected.append(try Self.spikes(bundle, columns, last))
    }
    #expect(jobs.count >= 20)
    let list = "\(directory.path)/jobs.json"
    try JSONSerialization.data(withJSONObject: jobs).write(to: URL(filePath: list))
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = ["\(FixtureLocation.repository)/Scripts/vendors/run_nir.py", list]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let found = try #require(JSONSerialization.jsonObject(with: data) as? [[[Int]]])
    #expect(found.count == expected.count)
    var spikes = 0
    for (number, pair) in zip(found, expected).enumerated() {
      #expect(pair.0 == pair.1.map { $0.map(Int.init) }, "network \(number)")
      spikes += pair.0.joined().reduce(0, +)
    }
    #expect(spikes > 60)
    print("NIR in \(reader): \(found.count) networks equal, \(spikes) output spikes")
  }

  /// Output spikes of each step, by one image in the simulator for every number of steps.
  private static func spikes(_ bundle: Bundle, _ columns: [[Int32]], _ last: Int) throws
    -> [[Int32]]
  {
    let sample = columns[0].map { UInt8($0 << Int32(8 - bundle.input.bits)) }
    var before = [Int32](repeating: 0, count: bundle.populations[last].neuronCount)
    var result: [[Int32]] = []
    for steps in 1...columns.count {
      var shorter = bundle
      shorter.timeSteps = steps
      let counts = try IntegerSimulator(shorter).run(sample: sample).readout
      result.append(zip(counts, before).map { $0 - $1 })
      before = counts
    }
    return result
  }

  @Test("a soft reset is a warning where the reader resets hard, and a leak is refused")
  func refusals() throws {
    var bundle = Self.bundle(0)
    #expect(NativeExport.warnings(bundle, target: "nir").isEmpty)
    #expect(NativeExport.warnings(bundle, target: "nir-sinabs").count == bundle.populations.count)
    bundle.populations[0].reset = .bySubtraction
    #expect(
      NativeExport.warnings(bundle, target: "nir").map(\.code) == ["export.nir.soft-reset"])
    #expect(throws: Never.self) { try NativeExport.files(bundle, target: "nir") }
    bundle.populations[0].membraneDecay = 100
    let error = #expect(throws: ExportError.self) {
      try NativeExport.files(bundle, target: "nir")
    }
    #expect(error?.code == .unsupportedNeuron)
    #expect(error?.fix != nil)
  }

  @Test("the same bundle is the same bytes, an HDF5 file, and takes every arithmetic")
  func bytes() throws {
    var bundle = Self.bundle(1) { $0.pools = true }
    bundle.arithmetic = .loihiCuba
    let seeds = (UInt64(1)...60).map { Self.bundle($0) }
    var written = 0
    for bundle in seeds + [bundle] {
      guard let file = try? NativeExport.files(bundle, target: "nir").first else { continue }
      #expect(try NativeExport.files(bundle, target: "nir").first == file)
      #expect(Array(file.bytes.prefix(4)) == [0x89, 0x48, 0x44, 0x46])
      #expect(file.name.hasSuffix(".nir"))
      written += 1
    }
    #expect(written >= 20)
  }
}
