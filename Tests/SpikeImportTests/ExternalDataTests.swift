import Foundation
import SpikeDiagnostics
import SpikeGraph
import SpikeImport
import Testing

@Suite("Weights in another file")
struct ExternalDataTests {
  typealias Tiny = TinyONNX

  private func model(_ keys: [(String, String)]) -> [UInt8] {
    var model = Tiny.one("Relu")
    model.initializers = [Tiny.tensor("w", [4], external: keys)]
    model.nodes = [Tiny.node("Mul", ["x", "w"], ["y"])]
    return model.bytes
  }

  private let data = [Float(9), 1, 2, 3, 4].flatMap { Tiny.littleEndian($0.bitPattern) }

  @Test(
    "are read from the model's directory or below, at their offset",
    arguments: ["weights.bin", "./weights.bin", "parts/weights.bin"])
  func good(_ name: String) throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/parts", withIntermediateDirectories: true)
    _ = try folder.write(data, name)
    let path = try folder.write(
      model([("location", name), ("offset", "4"), ("length", "16")]), "model.onnx")
    let graph = try ONNXImporter.read(path: path).model.graph
    #expect(graph.constants["w"]?.floats() == [1, 2, 3, 4])
  }

  @Test(
    "outside the directory, missing, short or misplaced are refused",
    arguments: [
      [("location", "../weights.bin")], [("location", "/etc/passwd")], [("location", "")],
      [("location", "a/../../weights.bin")], [("location", "link.bin")],
      [("location", "linked/weights.bin")], [("location", "none.bin")], [("location", "parts")],
      [("offset", "0")],
      [("location", "weights.bin"), ("offset", "5")],
      [("location", "weights.bin"), ("offset", "-4")],
      [("location", "weights.bin"), ("offset", "9223372036854775807")],
      [("location", "weights.bin"), ("offset", "x")],
      [("location", "weights.bin"), ("length", "12")],
    ])
  func bad(_ keys: [(String, String)]) throws {
    let folder = try TemporaryFolder()
    let files = FileManager.default
    try files.createDirectory(
      atPath: "\(folder.path)/models/parts", withIntermediateDirectories: true)
    _ = try folder.write(data, "weights.bin")
    _ = try folder.write(data, "models/weights.bin")
    try files.createSymbolicLink(
      atPath: "\(folder.path)/models/link.bin", withDestinationPath: "\(folder.path)/weights.bin")
    try files.createSymbolicLink(
      atPath: "\(folder.path)/models/linked", withDestinationPath: folder.path)
    let path = try folder.write(model(keys), "models/model.onnx")
    let error = #expect(throws: ImportError.self) { _ = try ONNXImporter.read(path: path) }
    #expect(error?.code == .externalData, "\(keys): \(String(describing: error))")
    #expect(error?.location.tensor == "w")
  }

  @Test("NaN in external data is a warning too")
  func notFinite() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(
      [Float.nan, 1, 2, 3].flatMap { Tiny.littleEndian($0.bitPattern) }, "weights.bin")
    let path = try folder.write(model([("location", "weights.bin")]), "model.onnx")
    #expect(try ONNXImporter.read(path: path).findings.map(\.code) == ["import.not-finite"])
  }
}
