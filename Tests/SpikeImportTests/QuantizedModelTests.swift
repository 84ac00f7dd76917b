import SpikeDiagnostics
import SpikeGraph
import SpikeImport
import Testing

@Suite("Quantised ONNX files")
struct QuantizedModelTests {
  private typealias Tiny = TinyONNX

  @Test("a weight of packed 4-bit integers becomes scale times integer, with a note")
  func fourBits() throws {
    var model = TinyONNX()
    model.operatorSets = [("", 21)]
    model.inputs = [Tiny.value("x", ["N", 2])]
    // 1, -2, 7 and -8 as two's complement of four bits, the first in the lower half.
    model.initializers = [
      Tiny.tensor("w", [2, 2], type: 22, data: Tiny.field(9, [0xE1, 0x87])),
      Tiny.tensor("s", [], floats: [0.5]),
    ]
    model.nodes = [
      Tiny.node("DequantizeLinear", ["w", "s"], ["real"]),
      Tiny.node("MatMul", ["x", "real"], ["y"]),
    ]
    let folder = try TemporaryFolder()
    let result = try ONNXImporter.read(path: try folder.write(model.bytes, "m.onnx"))
    let graph = result.model.graph
    #expect(graph.constant(.weight, of: graph.nodes[0])?.floats() == [0.5, 3.5, -1, -4])
    #expect(result.findings.map(\.code) == ["import.quantized"])
  }

  @Test(
    "an activation is divided, rounded, clipped to the range of the zero point's type, and back")
  func activation() throws {
    var model = TinyONNX()
    model.operatorSets = [("", 13)]
    model.initializers = [
      Tiny.tensor("s", [], floats: [0.25]),
      Tiny.tensor("z", [], type: 3, data: Tiny.field(9, [0x80])),
    ]
    model.nodes = [
      Tiny.node("QuantizeLinear", ["x", "s", "z"], ["q"]),
      Tiny.node("DequantizeLinear", ["q", "s", "z"], ["y"]),
    ]
    let folder = try TemporaryFolder()
    let graph = try ONNXImporter.read(path: try folder.write(model.bytes, "m.onnx")).model.graph
    #expect(
      graph.nodes.map(\.operator) == [
        .affine, .pointwise(Pointwise(.round)), .clip(minimum: 0, maximum: 255), .affine, .affine,
        .affine,
      ])
    let output = try TextbookExecutor.run(graph, [-1, 0.3, 0.375, 100])
    #expect(output == [0, 0.25, 0.5, 63.75])
  }

  @Test("integers that nobody declared are refused by the number of their bits")
  func range() throws {
    var model = TinyONNX()
    model.initializers = [
      Tiny.tensor("s", [], floats: [1]), Tiny.tensor("z", [], integers: [0]),
    ]
    model.nodes = [Tiny.node("QuantizeLinear", ["x", "s", "z"], ["y"])]
    #expect(try importError(model)?.code == .unsupportedUse)
  }
}
