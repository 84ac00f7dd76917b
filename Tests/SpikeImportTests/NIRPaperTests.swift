import Foundation
import SpikeEngine
import SpikeGraph
import SpikeImport
import SpikeTestSupport
import Testing

/// Files and recordings of the NIR paper (neuromorphs/NIR, folder paper; BSD-3-Clause).
@Suite(
  "Files of the NIR paper", .enabled(if: SharedTestData.folder != nil, "\(SharedTestData.advice)"))
struct NIRPaperTests {
  private func imported(_ name: String, dt: Double? = nil) throws -> ImportResult {
    var options = NIRImportOptions()
    options.timeStep = dt
    return try NIRImporter.read(path: SharedTestData.path("nir-paper/\(name)"), options: options)
  }

  private func columns(_ name: String) throws -> [[Float]] {
    let text = try String(
      contentsOfFile: SharedTestData.path("nir-paper/01_lif/\(name)"), encoding: .utf8)
    let rows = text.split(separator: "\n").map { $0.split(separator: ",").compactMap { Float($0) } }
    return (0..<3).map { column in rows.map { $0[column] } }
  }

  @Test(
    "all files are read",
    arguments: [
      ("01_lif/lif_norse.nir", ["Linear", "Affine", "LIF"]),
      ("01_lif/lif_rockpool.nir", ["Linear", "Affine", "LIF"]),
      (
        "01_lif/debug_spike_representation/two_lif_neurons.nir",
        ["Linear", "Affine", "LIF", "Linear", "Affine", "LIF"]
      ),
      (
        "02_cnn/cnn_sinabs.nir",
        [
          "Convolution", "IF", "Convolution", "IF", "SumPool", "Convolution", "IF", "SumPool",
          "Reshape", "Linear", "IF", "Linear", "IF",
        ]
      ),
    ])
  func read(_ name: String, _ operators: [String]) throws {
    let result = try imported(name, dt: name.hasPrefix("01") ? 1e-4 : nil)
    #expect(result.model.graph.nodes.map(\.operator.name) == operators)
  }

  @Test("the LIF neuron fires and rests as norse recorded, and fires as the exact solution does")
  func trace() throws {
    let graph = try imported("01_lif/lif_norse.nir", dt: 1e-4).model.graph
    let record = try columns("lif_norse.csv")
    let spikes = try NIRRun.outputs(graph, record[0], steps: record[0].count)
    #expect(spikes == record[2])
    #expect(spikes.indices.filter { spikes[$0] == 1 } == [460, 510, 710, 760])

    // The potential behind the reset, from the constants of the graph and the engine's spikes.
    let gain = try #require(graph.constant(.scale, of: graph.nodes[1])?.floats().first)
    guard case .neuron(let neuron) = graph.nodes[2].operator else {
      Issue.record("the last node is no population")
      return
    }
    var potential: Float = 0
    var largest: Float = 0
    for step in record[0].indices {
      potential = neuron.membraneDecay * potential + gain * record[0][step]
      if spikes[step] == 1 { potential = 0 }
      largest = max(largest, abs(potential - record[1][step]))
    }
    #expect(largest <= 1e-6, "\(largest)")

    var options = NIRImportOptions()
    options.timeStep = 1e-4
    options.integration = .exponential
    let exact = try NIRImporter.read(
      path: SharedTestData.path("nir-paper/01_lif/lif_norse.nir"), options: options)
    let exactRecord = try columns("lif_exact.csv")
    #expect(
      try NIRRun.outputs(exact.model.graph, exactRecord[0], steps: exactRecord[0].count)
        == exactRecord[2])
  }
}
