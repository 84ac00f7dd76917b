import SpikeDiagnostics
import SpikeGraph
import SpikeImport
import Testing

@Suite("Attributes and operands")
struct AttributeAccessTests {
  typealias Tiny = TinyONNX

  @Test(
    "an error names node, operator and attribute",
    arguments: [
      ("LeakyRelu", "alpha", Tiny.attribute("alpha", 1), "it must be a float"),
      ("LeakyRelu", "alpha", Tiny.attribute("alpha", Float.nan), "a finite number"),
      ("Flatten", "axis", Tiny.attribute("axis", "one"), "it must be an integer"),
      ("Transpose", "perm", Tiny.attribute("perm", 1), "it must be a list of integers"),
      ("Transpose", "perm", Tiny.attribute("perm", [0, 0]), "allowed is an order of 0…1"),
      ("Concat", "axis", Tiny.attribute("axes", 1), "did you mean 'axis'?"),
      ("Softmax", "axes", Tiny.attribute("axes", [1]), "sfconv does not guess"),
      ("Relu", "negative_slope", Tiny.attribute("negative_slope", 1), "sfconv does not guess"),
    ] as [(String, String, [UInt8], String)])
  func text(_ name: String, _ attribute: String, _ bytes: [UInt8], _ part: String) throws {
    let error = try #require(try importError(.one(name, attributes: [bytes])))
    #expect(error.code == .invalidAttribute)
    #expect(error.location.node == name.lowercased())
    #expect(error.location.operator == name)
    #expect("\(error)".contains("'\(attribute)'"), "\(error)")
    #expect("\(error)".contains(part), "\(error)")
  }

  @Test("a missing attribute without default is refused")
  func missing() throws {
    var model = Tiny.one("Relu")
    model.nodes = [Tiny.node("Concat", ["x", "x"], ["y"])]
    let error = try #require(try importError(model))
    #expect(error.code == .invalidAttribute)
    #expect(error.message.contains("'axis' (an integer) is missing"))
  }

  @Test("an attribute that is there twice is refused")
  func twice() throws {
    let axis = Tiny.attribute("axis", 1)
    #expect(
      try importError(.one("Flatten", attributes: [axis, axis]))?.message.contains("twice") == true)
  }

  @Test("attributes of files without types are told by their field", arguments: [7, 13])
  func untyped(_ version: Int) throws {
    let alpha =
      Tiny.field(1, Array("alpha".utf8)) + Tiny.varint(2 << 3 | 5)
      + Tiny.littleEndian(Float(0.25).bitPattern)
    let graph = try imported(.one("LeakyRelu", attributes: [alpha], version: version)).model.graph
    #expect(graph.nodes[0].operator == .leakyRelu(alpha: 0.25))
  }

  @Test("an activation where a constant belongs is refused, and the other way round")
  func operands() throws {
    var model = Tiny.one("Relu")
    model.nodes = [Tiny.node("Gemm", ["x", "x"], ["y"])]
    #expect(try importError(model)?.message.contains("expects a constant") == true)
    model.initializers = [Tiny.tensor("c", [4], floats: [1, 2, 3, 4])]
    model.nodes = [Tiny.node("MaxPool", ["c"], ["a"]), Tiny.node("Add", ["x", "a"], ["y"])]
    #expect(try importError(model)?.message.contains("expects an activation") == true)
  }

  @Test("a softmax that anything but a reshape reads is refused")
  func softmax() throws {
    var model = Tiny.one("Relu")
    model.nodes = [
      Tiny.node("Softmax", ["x"], ["a"]), Tiny.node("Flatten", ["a"], ["b"]),
      Tiny.node("Relu", ["b"], ["y"], name: "after"),
    ]
    let error = try #require(try importError(model))
    #expect(error.code == .unsupportedUse)
    #expect(error.location.node == "after")
    model.nodes.removeLast()
    model.outputs = [Tiny.value("b", ["N", 4])]
    #expect(try imported(model).model.graph.nodes.map(\.operator.name) == ["Softmax"])
  }
}
