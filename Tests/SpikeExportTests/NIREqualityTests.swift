import SpikeBundle
import SpikeDiagnostics
import SpikeExport
import SpikeTestSupport
import Testing

import struct SpikeBundle.Bundle

/// NIR files run in the frameworks that read them must give the integer simulator's outputs.
@Suite("Equality of NIR files")
struct NIREqualityTests {
  @Test(
    "without a warning at export every output of every step equals the reader's",
    arguments: NIRReader.allCases)
  func equality(reader: NIRReader) throws {
    guard Self.isThere("equality in \(reader)") else { return }
    let directory = try TemporaryDirectory()
    var cases: [NIRCase] = []
    var jobs: [(path: String, shape: [Int], values: [Int32], steps: Int)] = []
    var sizes: Set<Int> = []
    var convolutions = 0
    // Enough networks of any kind, then more with convolutions only.
    for seed in UInt64(0)..<900 where jobs.count < 40 {
      let made = NIRCase(seed, for: reader)
      let convolves = made.bundle.projections.contains { $0.kind != .dense }
      guard convolves || jobs.count < 28 || reader == .rockpool else { continue }
      let target = "nir-\(reader.rawValue)"
      guard NativeExport.warnings(made.bundle, target: target).isEmpty else { continue }
      do throws(ExportError) {
        let paths = try NativeExport.write(
          made.bundle, target: target, directory: "\(directory.path)/\(seed)")
        cases.append(made)
        jobs.append((paths[0], made.bundle.input.shape, made.values, made.bundle.timeSteps))
        sizes.formUnion(made.bundle.codebooks.map(\.entries.count))
        if convolves { convolutions += 1 }
      } catch {
        // Grouped convolutions, uneven borders, kernels that are not square.
        #expect(error.code == .unsupportedTopology, "seed \(seed): \(error)")
      }
    }
    #expect(jobs.count >= 20)
    if reader != .sinabs && reader != .rockpool {
      let path = FixtureLocation.path("targets/loihi2/digits-conv.sfb")
      let trained = NIRCase(try BundleFile.read(path: path), seed: 7)
      let target = "nir-\(reader.rawValue)"
      #expect(NativeExport.warnings(trained.bundle, target: target).isEmpty)
      let paths = try NativeExport.write(
        trained.bundle, target: target, directory: "\(directory.path)/trained")
      cases.append(trained)
      jobs.append((paths[0], trained.bundle.input.shape, trained.values, trained.bundle.timeSteps))
    }
    #expect(sizes.isSuperset(of: [2, 4, 16]))
    #expect(sizes.contains { $0 > 100 })
    #expect(convolutions >= (reader == .rockpool ? 0 : 8))
    let found = try reader.run(jobs)
    #expect(found.count == cases.count)
    var values = 0
    var different = 0
    var active = 0.0
    for (number, pair) in zip(found, cases).enumerated() {
      let expected = try pair.1.expected()
      #expect(pair.0.outputs == expected, "network \(number) of \(reader)")
      let weights = pair.1.bundle.projections.reduce(0) { $0 + $1.indices.count }
      #expect(pair.0.weights == weights, "metadata of network \(number)")
      values += expected.joined().count
      active += expected.joined().reduce(0) { $0 + ($1 == 0 ? 0 : 1) }
      different += zip(pair.0.outputs.joined(), expected.joined()).reduce(0) {
        $0 + ($1.0 == $1.1 ? 0 : 1)
      }
    }
    #expect(active > Double(values) / 20)
    print(
      "NIR in \(reader): \(found.count) networks, \(values) values compared, \(different) differences"
    )
  }

  @Test(
    "a leak is rendered with a warning, and nearly all outputs are those of the chip",
    arguments: NIRReader.allCases)
  func leaks(reader: NIRReader) throws {
    guard Self.isThere("leaks in \(reader)") else { return }
    let directory = try TemporaryDirectory()
    var cases: [NIRCase] = []
    var jobs: [(path: String, shape: [Int], values: [Int32], steps: Int)] = []
    for seed in UInt64(0)..<60 where jobs.count < 16 {
      let made = NIRCase(seed, for: reader, leaks: true)
      let target = "nir-\(reader.rawValue)"
      let codes = Set(NativeExport.warnings(made.bundle, target: target).map(\.code))
      guard codes == ["export.nir.leak"] else { continue }
      let paths = try NativeExport.write(
        made.bundle, target: target, directory: "\(directory.path)/\(seed)")
      cases.append(made)
      jobs.append((paths[0], made.bundle.input.shape, made.values, made.bundle.timeSteps))
    }
    #expect(jobs.count >= 8)
    var values = 0
    var equal = 0
    var spikes = 0.0
    for (found, made) in zip(try reader.run(jobs), cases) {
      let expected = Array(try made.expected().joined())
      let outputs = Array(found.outputs.joined())
      #expect(outputs.count == expected.count)
      values += expected.count
      spikes += expected.reduce(0, +)
      equal += zip(outputs, expected).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) }
    }
    #expect(spikes > Double(values) / 100)
    #expect(equal * 100 >= values * 98)
    print(
      "NIR with leaks in \(reader): \(jobs.count) networks, \(values) values compared, "
        + "\(values - equal) differences (the chip rounds its leak)")
  }

  /// Whether the environment is there; says so where it is not, and fails where it must be.
  private static func isThere(_ what: String) -> Bool {
    guard NIRReader.python == nil else { return true }
    #expect(!VendorEnvironment.isRequired, "\(NIRReader.advice)")
    print("not checked: NIR, \(what); \(NIRReader.advice)")
    return false
  }
}
