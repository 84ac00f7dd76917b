import SpikeDiagnostics
import SpikeGraph
import SpikeImport
import Testing

@Suite("Which part of a file is the network")
struct OutlineTests {
  typealias Tiny = TinyONNX

  @Test("nodes in any order are sorted")
  func unsorted() throws {
    var model = Tiny.one("Relu")
    model.nodes = [
      Tiny.node("Relu", ["b"], ["y"], name: "third"),
      Tiny.node("LeakyRelu", ["a"], ["b"], name: "second"),
      Tiny.node("Clip", ["x", "zero"], ["a"], name: "first"),
    ]
    model.initializers = [Tiny.tensor("zero", [], floats: [0])]
    let graph = try imported(model).model.graph
    #expect(graph.nodes.map(\.name) == ["first", "second", "third"])
    #expect(graph.constants.isEmpty)
  }

  @Test("nodes that do not lead to the output are left out, even unsupported ones")
  func dead() throws {
    var model = Tiny.one("Relu")
    model.nodes.append(Tiny.node("LSTM", ["x"], ["z"]))
    let result = try imported(model)
    #expect(result.model.graph.nodes.map(\.name) == ["relu"])
    #expect(result.findings.map(\.code) == ["import.unused-nodes"])
  }

  @Test("of several outputs the first is imported, with a warning that names the others")
  func outputs() throws {
    var model = Tiny.one("Relu")
    model.nodes.append(Tiny.node("LeakyRelu", ["y"], ["z"]))
    model.outputs.append(Tiny.value("z", ["N", 4]))
    let result = try imported(model)
    #expect(result.model.graph.outputs == ["y"])
    let warning = try #require(result.findings.first { $0.code == "import.several-outputs" })
    #expect(warning.message.contains("'z'"))
  }

  @Test("the model can be cut at a node or at a value", arguments: ["middle", "a"])
  func cut(_ until: String) throws {
    var model = Tiny.one("Relu")
    model.nodes = [
      Tiny.node("Relu", ["x"], ["a"], name: "middle"), Tiny.node("LSTM", ["a"], ["y"]),
    ]
    let graph = try imported(model, ONNXImportOptions(until: until)).model.graph
    #expect(graph.nodes.map(\.name) == ["middle"])
    #expect(graph.outputs == ["a"])
  }

  @Test("an input that leads nowhere is a warning, initialisers among the inputs are none")
  func inputs() throws {
    var model = Tiny.one("Mul", [("w", [4], [1, 2, 3, 4])])
    model.inputs += [Tiny.value("w", [4]), Tiny.value("mask", ["N", 4])]
    let result = try imported(model)
    #expect(result.findings.map(\.code) == ["import.unused-inputs"])
    #expect(result.findings[0].message.contains("'mask'"))
    #expect(result.model.graph.inputs == [GraphInput(name: "x", shape: [4])])
  }

  @Test("nodes without a name get one, nodes of the same name a number")
  func names() throws {
    var model = Tiny.one("Relu")
    model.nodes = [
      Tiny.node("Relu", ["x"], ["a"], name: ""), Tiny.node("LeakyRelu", ["a"], ["b"], name: "act"),
      Tiny.node("LeakyRelu", ["b"], ["y"], name: "act"),
    ]
    let result = try imported(model)
    #expect(result.model.graph.nodes.map(\.name) == ["Relu_0", "act", "act_2"])
    #expect(result.findings.map(\.code) == ["import.renamed-nodes"])
  }

  @Test("a chain of a hundred thousand nodes is imported")
  func longChain() throws {
    var model = Tiny()
    let count = 100_000
    model.nodes = (0..<count).map { index in
      Tiny.node(
        "Identity", [index == 0 ? "x" : "v\(index)"],
        [index == count - 1 ? "z" : "v\(index + 1)"], name: "n\(index)")
    }
    model.nodes.append(Tiny.node("Relu", ["z"], ["y"]))
    #expect(try imported(model).model.graph.nodes.map(\.inputs) == [["x"]])
  }

  @Test("a newer operator set than known is a warning")
  func newer() throws {
    var model = Tiny.one("Relu")
    model.operatorSets = [("", 99)]
    #expect(try imported(model).findings.map(\.code) == ["import.newer-operator-set"])
  }

  @Test("the standard domain may be written out")
  func domain() throws {
    var model = Tiny.one("Relu")
    model.operatorSets = [("ai.onnx", 13)]
    model.nodes = [Tiny.node("Relu", ["x"], ["y"], domain: "ai.onnx")]
    #expect(try imported(model).model.graph.nodes.count == 1)
  }

  @Test("values that nothing makes are all named")
  func undefined() throws {
    var model = Tiny.one("Relu")
    model.nodes = [
      Tiny.node("Mul", ["x", "scale"], ["a"], name: "first"),
      Tiny.node("Add", ["a", "shift"], ["y"], name: "second"),
    ]
    let error = try #require(try importError(model))
    #expect(error.code == .undefinedValue)
    #expect(error.location.node == "first")
    #expect(error.findings.map(\.location.node) == ["second"])
  }

  @Test("a further output of a node that is read is refused by name")
  func secondOutput() throws {
    var model = Tiny.one("Relu", input: ["N", 1, 4, 4])
    model.nodes = [
      Tiny.node(
        "MaxPool", ["x"], ["a", "indices"], name: "pool",
        attributes: [Tiny.attribute("kernel_shape", [2, 2])]),
      Tiny.node("Add", ["a", "indices"], ["y"], name: "sum"),
    ]
    let error = try #require(try importError(model))
    #expect(error.code == .unsupportedUse)
    #expect(error.message.contains("'indices'") && error.message.contains("'pool'"))
  }
}
