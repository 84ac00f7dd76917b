import SpikeBytes
import SpikeGraph
import SpikeModelFile
import SpikeTestSupport
import Testing

@Suite("A model file")
struct ModelFileRoundTripTests {
  /// Writes, reads, compares, writes again and compares the bytes.
  func checkRoundTrip(_ model: Model) throws {
    let directory = try TemporaryDirectory()
    try ModelFile.write(model, to: directory.file("a.sfm"))
    let read = try ModelFile.read(path: directory.file("a.sfm"))
    #expect(read == model)
    try ModelFile.write(read, to: directory.file("b.sfm"))
    let first = try MappedFile(path: directory.file("a.sfm"))
    let second = try MappedFile(path: directory.file("b.sfm"))
    #expect(first.bytes(in: 0..<first.count) == second.bytes(in: 0..<second.count))
    #expect(try ModelFile.encode(model) == first.bytes(in: 0..<first.count))
  }

  @Test("with every operator, neuron form, element type and field comes back as it was written")
  func everything() throws { try checkRoundTrip(SampleModels.everything()) }

  @Test("with delays comes back as it was written")
  func delays() throws {
    let steps = [[3], [0, 65_535, 7]]
    let nodes = steps.enumerated().map { index, list in
      Node(
        name: "n\(index)", operator: .delay(steps: list), inputs: ["v\(index)"],
        output: "v\(index + 1)")
    }
    try checkRoundTrip(
      Model(
        graph: Graph(
          inputs: [GraphInput(name: "v0", shape: [3])], outputs: ["v2"], nodes: nodes),
        stage: .imported))
  }

  @Test("with recurrent synapses comes back as it was written")
  func recurrence() throws {
    let node = Node(
      name: "n", operator: .neuron(Neuron()), inputs: ["x"],
      parameters: [.threshold: "t", .recurrence: "w"], output: "s")
    try checkRoundTrip(
      Model(
        graph: Graph(
          inputs: [GraphInput(name: "x", shape: [2])], outputs: ["s"], nodes: [node],
          constants: ["t": .scalar(1), "w": Tensor([0, 1, -2, 0.5], shape: [2, 2])]),
        stage: .spiking))
  }

  @Test("with nothing in it comes back as it was written")
  func empty() throws { try checkRoundTrip(Model(graph: Graph(), stage: .imported)) }

  @Test("of a random model comes back as it was written", arguments: 0..<60 as Range<UInt64>)
  func randomModels(seed: UInt64) throws { try checkRoundTrip(SampleModels.random(seed: seed)) }

  @Test("keeps every bit of a float, of NaN and of negative zero too")
  func oddFloats() throws {
    let patterns: [UInt32] = [0x7FC0_1234, 0xFF80_0001, 0x8000_0000, 0x0000_0001, 0x7F80_0000]
    var graph = Graph()
    graph.constants["odd"] = Tensor(patterns.map { Float(bitPattern: $0) }, shape: [5])
    let directory = try TemporaryDirectory()
    try ModelFile.write(Model(graph: graph, stage: .imported), to: directory.file("a.sfm"))
    let read = try ModelFile.read(path: directory.file("a.sfm"))
    #expect(read.graph.constants["odd"]?.floats().map(\.bitPattern) == patterns)
  }

  @Test("starts every payload at a multiple of 64 bytes, in order of the names")
  func alignment() throws {
    let directory = try TemporaryDirectory()
    let model = SampleModels.everything()
    try ModelFile.write(model, to: directory.file("a.sfm"))
    let summary = try ModelFile.inspect(path: directory.file("a.sfm"))
    #expect(summary.constants.count == model.graph.constants.count)
    #expect(summary.constants.allSatisfy { $0.offset % 64 == 0 })
    let names = summary.constants.map { Array($0.name.utf8) }
    #expect(zip(names, names.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
    #expect(summary.version == 1 && summary.irVersion == 1)
  }

  @Test("does not depend on the order in which dictionaries were filled")
  func dictionaryOrder() throws {
    var forwards = Graph()
    var backwards = Graph()
    for index in 0..<100 { forwards.constants["c\(index)"] = .scalar(Float(index)) }
    for index in (0..<100).reversed() { backwards.constants["c\(index)"] = .scalar(Float(index)) }
    #expect(
      try ModelFile.encode(Model(graph: forwards, stage: .imported))
        == ModelFile.encode(Model(graph: backwards, stage: .imported)))
  }

  @Test("can be read from a file that is then written over")
  func writeOverItself() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("a.sfm")
    try ModelFile.write(SampleModels.everything(), to: path)
    let read = try ModelFile.read(path: path)
    try ModelFile.write(read, to: path)
    #expect(try ModelFile.read(path: path) == SampleModels.everything())
  }
}
