import SpikeDiagnostics
import SpikeGraph
import SpikeImport
import Testing

@Suite("Sizes that a file leaves open")
struct InputShapeTests {
  typealias Tiny = TinyONNX

  @Test(
    "are taken from the user where only they are open",
    arguments: [
      (["N", 3, "h", "w"], [3, 8, 9]), ([1, 3, -1, 0], [3, 8, 9]), (["N", 4], nil),
      ([7, 4], nil), (["N", 4], [4]),
    ] as [([any Sendable], [Int]?)])
  func resolved(_ sizes: [any Sendable], _ given: [Int]?) throws {
    let model = Tiny.one("Relu", input: sizes)
    let graph = try imported(model, ONNXImportOptions(inputShape: given)).model.graph
    #expect(graph.inputs[0].shape.dimensions == given ?? [4])
  }

  @Test("an input without any shape needs one")
  func unknown() throws {
    var model = Tiny.one("Relu")
    model.inputs = [Tiny.field(1, Array("x".utf8))]
    #expect(try importError(model)?.code == .dynamicShape)
    let graph = try imported(model, ONNXImportOptions(inputShape: [2, 3])).model.graph
    #expect(graph.inputs[0].shape == [2, 3])
  }

  @Test(
    "are refused where they contradict the file",
    arguments: [[3, 8], [3, 8, 9, 1], [4, 8, 8], [3, 0, 8], [3, -8, 8], []])
  func contradiction(_ given: [Int]) throws {
    let model = Tiny.one("Relu", input: ["N", 3, "h", 8])
    let error = try #require(try importError(model, ONNXImportOptions(inputShape: given)))
    #expect(error.code == .inputShape)
    #expect(error.category == .usage)
  }
}
