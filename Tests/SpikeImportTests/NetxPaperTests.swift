import Foundation
import SpikeBytes
import SpikeContainers
import SpikeDiagnostics
import SpikeEngine
import SpikeGraph
import SpikeImport
import SpikeTestSupport
import Testing

/// The trained network of lava-dl's Oxford tutorial and the recording of its first layer (lava-nc/
/// lava-dl, tutorials and tests of netx; BSD-3-Clause).
@Suite(
  "A network of lava-dl", .enabled(if: SharedTestData.folder != nil, "\(SharedTestData.advice)"))
struct NetxPaperTests {
  /// A matrix of a `.npz` file, `[rows][steps]`, as `[steps][rows]`.
  private func recording(_ name: String) throws -> (values: [Float], rows: Int, steps: Int) {
    let file = try MappedFile(path: SharedTestData.path("lava-oxford/gts/\(name).npz"))
    let archive = try ZIPArchive(file)
    let entry = try #require(archive.entries.first)
    let array = try NPYArray(try archive.contents(of: entry, limit: 1 << 26))
    let (rows, steps) = (array.shape[0], array.shape[1])
    let values = array.floats()
    var turned: [Float] = []
    for step in 0..<steps {
      for row in 0..<rows { turned.append(values[row * steps + step]) }
    }
    return (turned, rows, steps)
  }

  @Test("the first layer gives every recorded current and spike, one step earlier than on the chip")
  func firstLayer() throws {
    let result = try NetxImporter.read(
      path: SharedTestData.path("lava-oxford/Trained/network.net"))
    var graph = result.model.graph
    #expect(graph.nodes.map(\.operator.name) == ["Linear", "LIF", "Linear", "LIF"])
    #expect(result.findings.contains { $0.code == "netx.wide-weights" })
    graph.nodes = Array(graph.nodes.prefix(2))
    graph.outputs = ["dense0.neuron"]
    let input = try recording("in")
    let network = try Network(
      graph,
      EngineConfiguration(timeSteps: input.steps, inputPerStep: true, batch: 1, threads: 1))
    var found: [String: [Float]] = [:]
    network.observe(input.values, count: 1, values: ["dense0", "dense0.neuron"]) {
      found[$0.name] = $0.values
    }
    for (value, file) in [("dense0", "current"), ("dense0.neuron", "out")] {
      let wanted = try recording(file)
      let computed = try #require(found[value])
      #expect(computed.count == 512_000 && wanted.values.count == 512_000)
      // What comes out in step k is recorded in step k + 1; the first step shows nothing.
      let rows = wanted.rows
      #expect(
        computed.dropLast(rows).elementsEqual(wanted.values.dropFirst(rows)),
        "\(value): \(zip(computed, wanted.values.dropFirst(rows)).count { $0 != $1 }) differ")
      #expect(wanted.values.prefix(rows).allSatisfy { $0 == 0 })
    }
  }
}
