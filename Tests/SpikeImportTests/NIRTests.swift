import Foundation
import SpikeDiagnostics
import SpikeEngine
import SpikeGraph
import SpikeImport
import SpikeTestSupport
import Testing

/// Files of the package nir, with what a loop in float64 computed from its objects.
@Suite("NIR files")
struct NIRTests {
  struct Case: Decodable {
    struct Options: Decodable {
      var dt: Double?
      var integration: String?
      var comparator: String?
      var reset: String?
    }
    var options: Options
    var shape: [Int]
    var steps: Int
    var inputs: [Float]
    var outputs: [Float]

    var importOptions: NIRImportOptions {
      var result = NIRImportOptions()
      result.timeStep = options.dt
      result.integration = options.integration.flatMap { .init(rawValue: $0) } ?? .euler
      result.comparator = options.comparator.flatMap { .init(rawValue: $0) } ?? .greater
      result.reset = options.reset.flatMap { .init(rawValue: $0) } ?? .hard
      return result
    }
  }

  static let cases = [
    "cnn", "cnn@exponential", "cnn@subtract", "dense", "double", "nested", "old", "recurrent",
    "recurrent-nested", "residual", "sound",
  ]

  private func expected() throws -> [String: Case] {
    try JSONDecoder().decode(
      [String: Case].self,
      from: Data(contentsOf: URL(filePath: FixtureLocation.path("nir/expected.json"))))
  }

  private func imported(
    _ name: String, _ options: NIRImportOptions = NIRImportOptions()
  ) throws -> ImportResult {
    let file = name.split(separator: "@")[0]
    return try NIRImporter.read(path: FixtureLocation.path("nir/\(file).nir"), options: options)
  }

  @Test("a network of another program computes what its equations say", arguments: cases)
  func equations(_ name: String) throws {
    let all = try expected()
    #expect(all.keys.sorted() == NIRTests.cases)
    let example = try #require(all[name])
    let graph = try imported(name, example.importOptions).model.graph
    #expect(graph.inputs.map(\.shape) == [Shape(example.shape)])
    let outputs = try NIRRun.outputs(graph, example.inputs, steps: example.steps)
    #expect(outputs.count == example.outputs.count)
    let largest = example.outputs.map(abs).max() ?? 0
    #expect(largest > 0, "the case shows nothing")
    for (index, (value, wanted)) in zip(outputs, example.outputs).enumerated() {
      #expect(abs(value - wanted) <= 1e-5 * max(1, largest), "value \(index)")
    }
  }

  @Test("what the file leaves open is said in numbered notes")
  func assumptions() throws {
    var options = NIRImportOptions()
    options.timeStep = 0.004
    options.reset = .subtract
    let notes = try imported("cnn", options).findings.filter { $0.code.contains("assumed") }
    #expect(
      notes.map(\.code) == [
        "nir.assumed-time-step", "nir.assumed-gain", "nir.assumed-integration",
        "nir.assumed-comparator", "nir.assumed-reset", "nir.assumed-start",
      ])
    #expect(notes.allSatisfy { $0.severity == .note })
    #expect(notes.first?.message.hasPrefix("Assumption 1 of 6: A step is 0.004 long") == true)
    #expect(notes[4].message.contains("subtracts"))
    let plain = try imported("residual").findings
    #expect(
      plain.map(\.code) == [
        "nir.assumed-gain", "nir.assumed-comparator", "nir.assumed-reset", "nir.assumed-start",
      ])
    #expect(plain.first?.message.contains("as if a step were 1 long") == true)
  }

  @Test("a file with time constants and no step is refused with the option that is missing")
  func missingStep() throws {
    let error = #expect(throws: NIRError.self) { _ = try imported("dense") }
    #expect(error?.code == .missingTimeStep)
    #expect(error?.fix?.contains("--dt") == true)
    #expect(error?.location.file?.hasSuffix("dense.nir") == true)
    #expect(error?.location.operator == "LIF")
  }

  @Test("a delay is a whole number of steps, or is refused")
  func delays() throws {
    // The file delays by 0.5.
    let path = FixtureLocation.path("nir/delay.nir")
    var options = NIRImportOptions()
    options.timeStep = 0.25
    let model = try NIRImporter.read(path: path, options: options).model
    #expect(model.graph.nodes.contains { $0.operator == .delay(steps: [2]) })
    for step in [0.3, 1, 1e-9] {
      options.timeStep = step
      do throws(NIRError) {
        _ = try NIRImporter.read(path: path, options: options)
        Issue.record("A step of \(step) is accepted.")
      } catch {
        #expect(error.code == .unsupportedDelay)
      }
    }
  }

  @Test("recurrent layers become synapses of their population, and a note says when they arrive")
  func recurrence() throws {
    var options = NIRImportOptions()
    options.timeStep = 0.001
    for name in ["recurrent", "recurrent-nested"] {
      let result = try imported(name, options)
      let recurrent = result.model.graph.nodes.filter { $0.parameters[.recurrence] != nil }
      #expect(recurrent.map(\.operator.name) == ["CubaLIF", "LIF"])
      #expect(
        recurrent.map { result.model.graph.constant(.recurrence, of: $0)?.shape }
          == [[7, 7], [6, 6]])
      #expect(!result.findings.contains { $0.code == "nir.unused-node" })
      let note = result.findings.first { $0.code == "nir.assumed-recurrence" }
      #expect(note?.severity == .note)
      #expect(note?.message.hasPrefix("Assumption 5 of 6: ") == true)
    }
  }

  @Test("subgraphs are unfolded; their nodes have the name of the subgraph in front")
  func names() throws {
    let graph = try imported("nested").model.graph
    #expect(graph.nodes.map(\.name) == ["block.fc", "block.if", "head"])
  }

  @Test("an old file without version, input and output takes its shape from the first layer")
  func old() throws {
    let result = try imported("old")
    #expect(result.model.graph.inputs.first?.shape == [1, 6, 6])
    #expect(result.findings.contains { $0.code == "nir.old-file" })
  }

  @Test("thresholds that differ inside a channel are divided away, and a note says so")
  func normalised() throws {
    let result = try imported("sound")
    #expect(result.findings.contains { $0.code == "nir.normalised-thresholds" })
    let population = try #require(result.model.graph.nodes.first { $0.operator.name == "IF" })
    #expect(result.model.graph.constant(.threshold, of: population) == .scalar(1))
  }

  @Test("a step that is no time is refused", arguments: [0, -1, .nan, .infinity] as [Double])
  func step(_ value: Double) throws {
    var options = NIRImportOptions()
    options.timeStep = value
    let error = #expect(throws: NIRError.self) { _ = try imported("dense", options) }
    #expect(error?.code == .invalidTimeStep)
  }
}

/// Networks over time, with an input for every step.
enum NIRRun {
  /// What leaves the network in each step.
  static func outputs(_ graph: Graph, _ inputs: [Float], steps: Int) throws -> [Float] {
    let network = try Network(
      graph, EngineConfiguration(timeSteps: steps, inputPerStep: true, batch: 1, threads: 1))
    try network.validate(inputs, count: 1)
    var values: [Float] = []
    network.observe(inputs, count: 1, values: graph.outputs) { values += $0.values }
    return values
  }
}
