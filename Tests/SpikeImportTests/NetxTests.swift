import Foundation
import SpikeContainers
import SpikeDiagnostics
import SpikeGraph
import SpikeImport
import SpikeTestSupport
import Testing

@Suite("netx files")
struct NetxTests {
  @Test("a file in lava-dl's spelling becomes a fitted model in the chip's integers")
  func network() throws {
    var options = NetxImportOptions()
    options.timeSteps = 8
    options.inputBits = 4
    let result = try NetxImporter.read(
      path: FixtureLocation.path("netx/network.net"), options: options)
    let model = result.model
    #expect(model.stage == .fitted)
    #expect(model.timeSteps == 8 && model.encoding.bits == 4)
    #expect(
      model.graph.nodes.map(\.operator.name) == ["Convolution", "LIF", "Reshape", "Linear", "LIF"])
    #expect(model.graph.inputs.map(\.shape) == [[1, 6, 6]])
    guard case .neuron(let neuron) = model.graph.nodes[1].operator else { return }
    #expect(
      neuron
        == Neuron(
          .leakyIntegrateAndFire, reset: .toValue(0), comparator: .greater,
          membraneDecay: 3996 / 4096, currentDecay: 0, fractionBits: 6))
    #expect(model.graph.constants["dense3.bias"]?.floats() == [5, -5, 0])
    #expect(model.graph.constants["conv1.weight"]?.shape == [2, 1, 3, 3])
    #expect(result.findings.map(\.code) == ["netx.latency"])
    #expect(result.findings[0].message.contains("2 steps"))
  }

  @Test("every crafted file gives the one error that it should, with place and remedy")
  func crafted() throws {
    let expected = try JSONDecoder().decode(
      [String: String].self,
      from: Data(contentsOf: URL(filePath: FixtureLocation.path("netx/bad/expected.json"))))
    for (name, code) in expected.sorted(by: { $0.key < $1.key }) {
      let path = FixtureLocation.path("netx/bad/\(name)")
      let error = #expect(throws: NetxError.self, "\(name)") {
        _ = try NetxImporter.read(path: path)
      }
      #expect(
        (error?.cause?.codeText ?? error?.codeText) == code, "\(name): \(error?.description ?? "")")
      #expect(error?.fix != nil && error?.location.file == path, "\(name)")
    }
    #expect(expected.count >= 28)
  }

  @Test("2,000 changed trees end in an error of the importer or in a network, never in a trap")
  func mutations() throws {
    let tree = try HDF5Reader.read(
      [UInt8](Data(contentsOf: URL(filePath: FixtureLocation.path("netx/network.net")))))
    var codes: Set<NetxErrorCode> = []
    var read = 0
    for seed in 0..<2000 {
      var random = SeededGenerator(seed: UInt64(seed))
      do throws(NetxError) {
        _ = try NetxImporter.read(
          TreeDamage.damaged(tree, &random), options: NetxImportOptions())
        read += 1
      } catch {
        #expect(error.fix != nil, "seed \(seed): \(error)")
        codes.insert(error.code)
      }
    }
    #expect(read > 50 && read < 1900, "\(read) of 2000 were read")
    #expect(codes.count >= 4, "\(codes)")
  }

  @Test("fractions are cut off as netx does, with a warning")
  func fractions() throws {
    var tree = try HDF5Reader.read(
      [UInt8](Data(contentsOf: URL(filePath: FixtureLocation.path("netx/network.net")))))
    guard case .group(var layers)? = tree["layer"], case .group(var dense)? = layers["3"] else {
      Issue.record("the fixture has no layer 3")
      return
    }
    dense["weight"] = .dataset(
      HDF5Dataset(shape: [3, 32], .float64(Array(repeating: -2.75, count: 96))))
    layers["3"] = .group(dense)
    tree["layer"] = .group(layers)
    let result = try NetxImporter.read(tree, options: NetxImportOptions())
    #expect(result.model.graph.constants["dense3.weight"]?.floats().allSatisfy { $0 == -2 } == true)
    #expect(result.findings.contains { $0.code == "netx.cut-weights" && $0.severity == .warning })
  }
}
