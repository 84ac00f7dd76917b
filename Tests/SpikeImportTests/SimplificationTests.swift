import SpikeDiagnostics
import SpikeGraph
import SpikeImport
import Testing

@Suite("Rewrites after import")
struct SimplificationTests {
  typealias Tiny = TinyONNX

  private let image: [any Sendable] = ["N", 1, 4, 4]
  private let ones = [Float](repeating: 1, count: 18)

  private func convolved(_ constant: [Int], bias: [Float]? = nil) throws -> Graph {
    var model = Tiny.one("Relu", input: image)
    let count = constant.reduce(1, *)
    model.initializers = [
      Tiny.tensor("w", [2, 1, 3, 3], floats: ones),
      Tiny.tensor("c", constant, floats: (0..<count).map { Float($0 + 1) }),
    ]
    if let bias { model.initializers.append(Tiny.tensor("b", [2], floats: bias)) }
    model.nodes = [
      Tiny.node("Conv", ["x", "w"] + (bias == nil ? [] : ["b"]), ["a"]),
      Tiny.node("Add", ["a", "c"], ["y"]),
    ]
    return try imported(model).model.graph
  }

  @Test(
    "a constant per channel behind a convolution is its bias",
    arguments: [
      ([2, 1, 1], [1, 2]), ([1, 2, 1, 1], [1, 2]), ([], [1, 1]), ([1], [1, 1]),
    ] as [([Int], [Float])])
  func bias(_ shape: [Int], _ bias: [Float]) throws {
    let graph = try convolved(shape)
    #expect(graph.nodes.count == 1)
    #expect(graph.constant(.bias, of: graph.nodes[0])?.floats() == bias)
    #expect(graph.outputs == ["y"])
  }

  @Test("it is added to a bias that is there")
  func secondBias() throws {
    let graph = try convolved([2, 1, 1], bias: [10, 20])
    #expect(graph.constant(.bias, of: graph.nodes[0])?.floats() == [11, 22])
    #expect(graph.constants.count == 2)
  }

  @Test("a constant that differs inside a channel stays a layer of its own")
  func map() throws {
    #expect(try convolved([2, 2, 2]).nodes.count == 2)
  }

  @Test("a bias behind a linear layer is merged, unless the layer is read elsewhere too")
  func linear() throws {
    var model = Tiny.one("Relu")
    model.initializers = [
      Tiny.tensor("w", [4, 2], floats: (0..<8).map { Float($0) }),
      Tiny.tensor("c", [1, 2], floats: [5, 6]),
    ]
    model.nodes = [
      Tiny.node("MatMul", ["x", "w"], ["a"]), Tiny.node("Add", ["c", "a"], ["y"]),
    ]
    let graph = try imported(model).model.graph
    #expect(graph.nodes.count == 1)
    #expect(graph.constant(.bias, of: graph.nodes[0])?.floats() == [5, 6])
    #expect(graph.constant(.weight, of: graph.nodes[0])?.floats() == [0, 2, 4, 6, 1, 3, 5, 7])

    model.nodes = [
      Tiny.node("MatMul", ["x", "w"], ["a"]), Tiny.node("Add", ["a", "c"], ["b"], name: "bias"),
      Tiny.node("Add", ["a", "b"], ["y"]),
    ]
    #expect(try imported(model).model.graph.nodes.count == 3)
  }

  @Test("zeros around the input of a convolution become its own border, other values do not")
  func pad() throws {
    for (value, nodes) in [(Float(0), 1), (Float(1), 2)] {
      var model = Tiny.one("Relu", input: image)
      model.initializers = [
        Tiny.tensor("w", [2, 1, 3, 3], floats: ones),
        Tiny.tensor("pads", [8], integers: [0, 0, 1, 2, 0, 0, 3, 4]),
        Tiny.tensor("value", [], floats: [value]),
      ]
      model.nodes = [
        Tiny.node("Pad", ["x", "pads", "value"], ["a"]),
        Tiny.node("Conv", ["a", "w"], ["y"], attributes: [Tiny.attribute("pads", [1, 1, 1, 1])]),
      ]
      let graph = try imported(model).model.graph
      #expect(graph.nodes.count == nodes)
      #expect(try graph.inferredShapes()["y"] == [2, 8, 10])
      if case .convolution(let geometry) = graph.nodes[0].operator {
        #expect(geometry.padsBefore == [2, 3] && geometry.padsAfter == [4, 5])
      }
    }
  }

  @Test("a weight that two layers share is kept once")
  func shared() throws {
    var model = Tiny.one("Relu")
    model.initializers = [
      Tiny.tensor("w", [4, 4], floats: (0..<16).map { Float($0) }),
      Tiny.tensor("w.T", [4], floats: [1, 2, 3, 4]),
    ]
    model.nodes = [
      Tiny.node("MatMul", ["x", "w"], ["a"], name: "first"),
      Tiny.node("Mul", ["a", "w.T"], ["b"], name: "scale"),
      Tiny.node("MatMul", ["b", "w"], ["y"], name: "second"),
    ]
    let graph = try imported(model).model.graph
    #expect(graph.nodes[0].parameters[.weight] == graph.nodes[2].parameters[.weight])
    #expect(graph.constant(.scale, of: graph.nodes[1])?.floats() == [1, 2, 3, 4])
    #expect(graph.constants.count == 2)
  }
}
