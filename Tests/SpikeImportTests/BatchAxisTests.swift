import SpikeDiagnostics
import SpikeGraph
import SpikeImport
import Testing

@Suite("The batch axis, which the graph leaves out")
struct BatchAxisTests {
  typealias Tiny = TinyONNX

  private func reshaped(_ target: [Int], batch: any Sendable = "N") -> TinyONNX {
    var model = Tiny.one("Relu", input: [batch, 16, 4, 4])
    model.initializers = [Tiny.tensor("shape", [target.count], integers: target)]
    model.nodes = [
      Tiny.node("Reshape", ["x", "shape"], ["a"]), Tiny.node("Relu", ["a"], ["y"], name: "last"),
    ]
    return model
  }

  @Test(
    "a reshape that keeps it is understood in all its forms",
    arguments: [
      ([1, 256], [256]), ([-1, 256], [256]), ([0, -1], [256]), ([1, -1], [256]),
      ([0, 0, -1], [16, 16]), ([-1, 4, 8, 8], [4, 8, 8]), ([0, 16, 16], [16, 16]),
    ])
  func reshape(_ target: [Int], _ shape: [Int]) throws {
    let graph = try imported(reshaped(target)).model.graph
    #expect(try graph.inferredShapes()["y"]?.dimensions == shape)
  }

  @Test("a fixed batch size in a reshape is understood as the batch")
  func fixedBatch() throws {
    let graph = try imported(reshaped([5, 256], batch: 5)).model.graph
    #expect(try graph.inferredShapes()["y"] == [256])
  }

  @Test(
    "a reshape that folds, moves or drops it is refused",
    arguments: [[-1, 128], [256], [16, 4, 4], [2, 128], [-1, 16, 8], [4, -1], [3, 256]])
  func folded(_ target: [Int]) throws {
    let error = try #require(try importError(reshaped(target)))
    #expect(error.code == .batchAxis, "\(error)")
    #expect(error.location.node == "reshape")
  }

  @Test(
    "a reshape that cannot be is an error in its attribute",
    arguments: [[-1, -1], [0, -1, -1], [1, -2], [0, 256, 0, 0, 0]])
  func impossible(_ target: [Int]) throws {
    #expect(try importError(reshaped(target))?.code == .invalidAttribute)
  }

  @Test(
    "operators along it are refused by the name of the node",
    arguments: [
      ("Transpose", [Tiny.attribute("perm", [1, 0, 2, 3])], 13),
      ("Flatten", [Tiny.attribute("axis", 0)], 13), ("Flatten", [Tiny.attribute("axis", 2)], 13),
      ("Softmax", [Tiny.attribute("axis", 0)], 13), ("Softmax", [Tiny.attribute("axis", 0)], 11),
      ("Squeeze", [Tiny.attribute("axes", [0])], 11), ("Squeeze", [], 11),
      ("Unsqueeze", [Tiny.attribute("axes", [0])], 11),
      ("ReduceMean", [Tiny.attribute("axes", [0, 2])], 13), ("ReduceMean", [], 13),
      ("Pad", [Tiny.attribute("pads", [1, 0, 0, 0, 0, 0, 0, 0])], 10),
    ] as [(String, [[UInt8]], Int)])
  func along(_ operatorName: String, _ attributes: [[UInt8]], _ version: Int) throws {
    let model = Tiny.one(
      operatorName, attributes: attributes, input: [1, 4, 4, 4], version: version)
    let error = try #require(try importError(model))
    #expect(error.code == .batchAxis, "\(error)")
    #expect(error.location.node == operatorName.lowercased())
  }

  @Test("a concatenation along it is refused")
  func concatenated() throws {
    var model = Tiny.one("Relu")
    model.nodes = [
      Tiny.node("Concat", ["x", "x"], ["y"], attributes: [Tiny.attribute("axis", -2)])
    ]
    #expect(try importError(model)?.code == .batchAxis)
  }

  @Test("a constant that differs between samples is refused")
  func constant() throws {
    let model = Tiny.one("Add", [("w", [2, 4], Array(repeating: 1, count: 8))], input: [2, 4])
    #expect(try importError(model)?.code == .batchAxis)
  }

  @Test("the flatten that exporters compute from the shape is folded")
  func computedFlatten() throws {
    var model = Tiny.one("Relu", input: ["N", 3, 2, 2])
    model.initializers = [
      Tiny.tensor("zero", [], integers: [0]), Tiny.tensor("front", [1], integers: [0]),
      Tiny.tensor("rest", [1], integers: [-1]),
    ]
    model.nodes = [
      Tiny.node("Shape", ["x"], ["s"]), Tiny.node("Gather", ["s", "zero"], ["n"]),
      Tiny.node("Unsqueeze", ["n", "front"], ["n1"]),
      Tiny.node("Concat", ["n1", "rest"], ["t"], attributes: [Tiny.attribute("axis", 0)]),
      Tiny.node("Cast", ["t"], ["t64"], attributes: [Tiny.attribute("to", 7)]),
      Tiny.node("Reshape", ["x", "t64"], ["y"]),
    ]
    let graph = try imported(model).model.graph
    #expect(graph.nodes.map(\.operator) == [.reshape([12])])
    #expect(graph.constants.isEmpty)
  }

  @Test("the slice of a shape that Keras exporters emit is folded")
  func slicedShape() throws {
    var model = Tiny.one("Relu", input: ["N", 3, 2, 2])
    model.initializers = [
      Tiny.tensor("from", [1], integers: [0]), Tiny.tensor("to", [1], integers: [1]),
      Tiny.tensor("rest", [1], integers: [12]),
    ]
    model.nodes = [
      Tiny.node("Shape", ["x"], ["s"]), Tiny.node("Slice", ["s", "from", "to"], ["n"]),
      Tiny.node("Concat", ["n", "rest"], ["t"], attributes: [Tiny.attribute("axis", 0)]),
      Tiny.node("Reshape", ["x", "t"], ["y"]),
    ]
    #expect(try imported(model).model.graph.nodes.map(\.operator) == [.reshape([12])])
  }
}
