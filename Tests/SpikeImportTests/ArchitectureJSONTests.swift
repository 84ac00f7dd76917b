import Foundation
import SpikeDiagnostics
import SpikeGraph
import SpikeImport
import SpikeTestSupport
import Testing

/// Architectures in JSON with checkpoints of PyTorch, snnTorch and SpikingJelly, and what those
/// programs compute.
@Suite("Architectures in JSON")
struct ArchitectureJSONTests {
  struct Case: Decodable {
    var steps: Int
    var inputs: [Float]
    var outputs: [Float]
  }

  static func path(_ name: String) -> String { FixtureLocation.path("architecture/\(name)") }

  private func expected() throws -> [String: Case] {
    try JSONDecoder().decode(
      [String: Case].self, from: Data(contentsOf: URL(filePath: Self.path("expected.json"))))
  }

  private func imported(_ name: String) throws -> ImportResult {
    try ArchitectureImporter.read(
      path: Self.path("\(name).json"), weights: WeightsFile(path: Self.path("\(name).pt")))
  }

  /// Imports an architecture whose text was changed.
  private func changed(_ name: String, _ old: String, _ new: String) throws -> ImportResult {
    let text = try String(contentsOfFile: Self.path("\(name).json"), encoding: .utf8)
    #expect(text.contains(old))
    return try ArchitectureImporter.read(
      Array(text.replacingOccurrences(of: old, with: new).utf8),
      weights: WeightsFile(path: Self.path("\(name).pt")), options: ArchitectureImporter.Options())
  }

  @Test("an ANN with a residual connection computes what PyTorch computes")
  func residual() throws {
    let example = try #require(try expected()["residual"])
    let result = try imported("residual")
    #expect(result.model.stage == .imported)
    #expect(result.findings.map(\.code) == ["weights.taken"])
    try checkCloseToLargest(
      TextbookExecutor.run(result.model.graph, example.inputs), example.outputs)
  }

  @Test("one array of numpy is the tensor that its file is named after")
  func single() throws {
    let example = try #require(try expected()["single"])
    let result = try ArchitectureImporter.read(
      path: Self.path("single.json"), weights: WeightsFile(path: Self.path("fc.weight.npy")))
    #expect(result.findings.map(\.code) == ["weights.taken"])
    #expect(
      try TextbookExecutor.run(result.model.graph, example.inputs) == example.outputs)
  }

  @Test(
    "checkpoints of snnTorch and SpikingJelly compute what their programs compute, in every step",
    arguments: ["leaky", "synaptic", "plif"])
  func spiking(_ name: String) throws {
    let example = try #require(try expected()[name])
    let graph = try imported(name).model.graph
    let outputs = try NIRRun.outputs(graph, example.inputs, steps: example.steps)
    #expect(outputs.count == example.outputs.count)
    let largest = example.outputs.map(abs).max() ?? 0
    #expect(largest > 0, "the case shows nothing")
    for (index, (value, wanted)) in zip(outputs, example.outputs).enumerated() {
      #expect(abs(value - wanted) <= 1e-5 * max(1, largest), "value \(index)")
    }
  }

  @Test("parameters of the file replace those of the architecture, and notes say so")
  func replaced() throws {
    let result = try imported("leaky")
    #expect(result.model.stage == .spiking)
    #expect(result.model.timeSteps == 20)
    let nodes = result.model.graph.nodes
    guard case .neuron(let hidden) = nodes[1].operator, case .neuron(let last) = nodes[4].operator
    else {
      Issue.record("no neurons")
      return
    }
    #expect(hidden.membraneDecay == 0.75 && hidden.reset == .toValue(0))
    #expect(hidden.comparator == .greater)
    #expect(result.model.graph.constant(.threshold, of: nodes[1])?.floats() == [0.4])
    #expect(last.model == .leakyIntegrator && last.membraneDecay == 0.9)
    let taken = result.findings.filter { $0.code == "weights.neuron-parameters" }
    #expect(taken.map(\.location.node) == ["1", "4"])
    #expect(taken[0].message.contains("snnTorch") && taken[0].message.contains("instead of 0.5"))
    #expect(!result.findings.contains { $0.code == "weights.surplus" })
  }

  @Test("where snnTorch computes another thing, a numbered note says what")
  func contradictions() throws {
    let notes = try imported("delayed").findings.filter { $0.code.hasPrefix("weights.assumed-") }
    #expect(notes.map(\.code) == ["weights.assumed-input", "weights.assumed-reset"])
    #expect(notes[1].message.hasPrefix("Assumption 2 of 2"))
    #expect(notes[1].message.contains("one step later"))
    let example = try #require(try expected()["delayed"])
    let graph = try imported("delayed").model.graph
    let outputs = try NIRRun.outputs(graph, example.inputs, steps: example.steps)
    #expect(outputs != example.outputs, "the note would be wrong")
  }

  @Test("what an architecture leaves open is said in numbered notes")
  func assumptions() throws {
    let notes = try imported("plif").findings.filter { $0.code.contains("architecture.assumed") }
    #expect(
      notes.map(\.code) == [
        "architecture.assumed-input", "architecture.assumed-start", "architecture.assumed-reset",
        "architecture.assumed-comparator",
      ])
    #expect(notes[0].message.hasPrefix("Assumption 1 of 4"))
    #expect(notes[2].message.contains("SpikingJelly"))
  }

  @Test(
    "neurons of the file that the architecture contradicts are refused",
    arguments: [
      ("delayed", #""lif""#, #""if", "threshold": 1"#),
      ("leaky", #""lif""#, #""cubaLif", "currentDecay": 0.5"#),
      ("synaptic", #""readOut""#, #""lif", "threshold": 1"#),
    ])
  func contradicted(_ name: String, _ old: String, _ new: String) throws {
    let error = #expect(throws: WeightsError.self) {
      _ = try changed(name, old, new)
    }
    #expect(error?.code == .unsupportedNeuron, "\(error?.description ?? "")")
    #expect(error?.fix != nil && error?.location.node != nil)
  }

  @Test("a checkpoint fills the neurons of a NIR graph, too")
  func graph() throws {
    let graph = Graph(
      inputs: [GraphInput(name: "x", shape: [8])], outputs: ["1"],
      nodes: [
        Node(
          name: "0", operator: .linear, inputs: ["x"],
          parameters: [.weight: "0.weight", .bias: "0.bias"], output: "0"),
        Node(
          name: "1.current", operator: .affine, inputs: ["0"],
          parameters: [.scale: "1.current.scale"], output: "1.current"),
        Node(
          name: "1",
          operator: .neuron(
            Neuron(.leakyIntegrateAndFire, reset: .toValue(0), membraneDecay: 0.5)),
          inputs: ["1.current"], parameters: [.threshold: "1.threshold"], output: "1"),
      ],
      constants: [
        "0.weight": Tensor(Array(repeating: 0, count: 96), shape: [12, 8]),
        "0.bias": Tensor(Array(repeating: 0, count: 12), shape: [12]),
        "1.current.scale": Tensor([0.5], shape: []), "1.threshold": .scalar(0.25),
      ])
    let joined = try WeightsJoin.join(graph, with: WeightsFile(path: Self.path("plif.pt")))
    guard case .neuron(let neuron) = joined.graph.nodes[2].operator else {
      Issue.record("no neurons")
      return
    }
    #expect(abs(neuron.membraneDecay - 0.6) < 1e-6)
    let scale = try #require(joined.graph.constants["1.current.scale"]?.floats().first)
    #expect(abs(scale - 0.4) < 1e-6)
  }

  @Test("every bad architecture gives the one error that it should, with place and remedy")
  func crafted() throws {
    let weights = try WeightsFile(path: Self.path("residual.pt"))
    let expected = try ByteDamage.codes("architecture/bad")
    for (name, code) in expected.sorted(by: { $0.key < $1.key }) {
      var found: (any StageError)?
      do {
        _ = try ArchitectureImporter.read(path: Self.path("bad/\(name)"), weights: weights)
      } catch let error as any StageError {
        found = error
      }
      #expect(found?.codeText == code, "\(name): \(found?.description ?? "")")
      #expect(found?.fix != nil && found?.location.file != nil, "\(name)")
    }
    #expect(expected.count >= 60)
  }

  @Test("all mistakes are named at once, unsupported kinds first")
  func all() throws {
    let error = #expect(throws: ArchitectureError.self) {
      _ = try changed("leaky", #""flatten""#, #""lstm", "kernel": 3"#)
    }
    #expect(error?.code == .unsupportedLayer)
    let both = #expect(throws: ArchitectureError.self) {
      _ = try changed("synaptic", #""kind": "#, #""knd": 1, "kind": "#)
    }
    #expect(both?.findings.count == 4)
    #expect(both?.message.contains("layers[0].knd") == true)
    #expect(both?.fix == "did you mean 'kind'?")
  }

  @Test("the schema has the kinds and keys of the reader")
  func schema() throws {
    struct Schema: Decodable {
      struct Definition: Decodable {
        var properties: [String: Ignored]?
      }
      struct Ignored: Decodable { init(from decoder: any Decoder) {} }
      var definitions: [String: Definition]
      enum CodingKeys: String, CodingKey { case definitions = "$defs" }
    }
    let text = try FixtureLocation.text("Schemas/architecture/architecture.schema.json")
    let schema = try JSONDecoder().decode(Schema.self, from: Data(text.utf8))
    let kinds = schema.definitions.compactMapValues { $0.properties.map { Set($0.keys) } }
    #expect(kinds == ArchitectureTable.keys)
  }

  @Test("2,000 damaged architectures end in an error or in a network, never in a trap")
  func mutations() throws {
    let cases = try ["residual", "leaky", "synaptic", "plif"].map {
      (try ByteDamage.file("architecture/\($0).json"), try WeightsFile(path: Self.path("\($0).pt")))
    }
    var codes: Set<String> = []
    var read = 0
    for seed in 0..<2000 {
      var random = SeededGenerator(seed: UInt64(seed))
      let (bytes, weights) = cases[seed % cases.count]
      let damaged =
        seed % 3 == 0
        ? ByteDamage.damaged(bytes, &random) : Self.redigited(bytes, &random)
      do {
        let result = try ArchitectureImporter.read(
          damaged, weights: weights, options: ArchitectureImporter.Options())
        _ = try result.model.graph.inferredShapes()
        read += 1
      } catch {
        let found = try #require(error as? any StageError, "seed \(seed): \(error)")
        #expect(found.fix != nil, "seed \(seed)")
        codes.insert(found.codeText)
      }
    }
    #expect(codes.count >= 10, "\(codes.sorted())")
    #expect(read > 20)
  }

  /// The text with one to three characters replaced by others that JSON may have there.
  private static func redigited(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    let others = Array("0123456789-.e\"abcdefn{}[],:".utf8)
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      guard bytes[place] > 0x20 else { continue }
      let isDigit = (0x30...0x39).contains(bytes[place])
      bytes[place] =
        isDigit
        ? UInt8.random(in: 0x30...0x39, using: &random)
        : others[Int.random(in: 0..<others.count, using: &random)]
    }
    return bytes
  }
}
