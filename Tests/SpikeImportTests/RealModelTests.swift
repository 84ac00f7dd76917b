import Foundation
import SpikeEngine
import SpikeGraph
import SpikeImport
import SpikeTestSupport
import Testing

@Suite("Models of other people")
struct RealModelTests {
  struct Expected: Decodable {
    var logits: [[Float]]
  }

  private func expectedLogits(_ name: String) throws -> [[Float]] {
    let path = FixtureLocation.path("onnx/\(name)/expected.json")
    return try JSONDecoder().decode(Expected.self, from: Data(contentsOf: URL(filePath: path)))
      .logits
  }

  @Test("mnist-8 of the ONNX Model Zoo becomes two convolutions and a linear layer")
  func mnist() throws {
    guard let path = ThirdPartyModel.mnist8 else {
      print("skipped: mnist-8 is not here; set SFCONV_SHARED to the folder that holds it")
      return
    }
    let result = try ONNXImporter.read(path: path)
    let graph = result.model.graph
    #expect(result.findings.isEmpty)
    #expect(result.model.stage == .imported && result.model.history.isEmpty)
    #expect(graph.inputs == [GraphInput(name: "Input3", shape: [1, 28, 28])])
    #expect(
      graph.nodes.map(\.operator.name) == [
        "Convolution", "Relu", "MaxPool", "Convolution", "Relu", "MaxPool", "Reshape", "Linear",
      ])
    #expect(
      graph.nodes.allSatisfy { $0.operator.name != "Convolution" || $0.parameters[.bias] != nil })
    #expect(try graph.inferredShapes()["Plus214_Output_0"] == [10])
    #expect(graph.parameterCount == 2560 + 3200 + 200 + 8 + 16 + 10)
  }

  @Test("mnist-8 gives the outputs that its authors recorded")
  func mnistOwnRecord() throws {
    guard let path = ThirdPartyModel.mnist8 else { return }
    let folder = URL(filePath: path).deletingLastPathComponent().appending(path: "test_data_set_0")
    guard let input = try? Data(contentsOf: folder.appending(path: "input_0.pb")),
      let output = try? Data(contentsOf: folder.appending(path: "output_0.pb"))
    else {
      print("skipped: the recorded data of mnist-8 are not beside it")
      return
    }
    // Both are a TensorProto whose last field is raw_data.
    let graph = try ONNXImporter.read(path: path).model.graph
    let computed = try TextbookExecutor.run(graph, Images.floats(input.suffix(784 * 4)))
    try checkCloseToLargest(computed, Images.floats(output.suffix(10 * 4)))
  }

  @Test("mnist-8 gives the outputs of onnxruntime for handwritten digits")
  func mnistDigits() throws {
    guard let path = ThirdPartyModel.mnist8, let images = Images.mnistTest else {
      print("skipped: mnist-8 or the MNIST test images are not here")
      return
    }
    try checkImages(
      try ONNXImporter.read(path: path).model.graph, images.map { Float($0) },
      try expectedLogits("mnist-8"))
  }

  @Test(
    "the fashion networks give the outputs of onnxruntime for clothes",
    arguments: ["fashion-cnn", "fashion-cnn-wide"])
  func fashionClothes(fixture: String) throws {
    guard let images = Images.fashionTest else {
      print("skipped: Fashion-MNIST is not installed (apt-get install dataset-fashion-mnist)")
      return
    }
    let path = FixtureLocation.path("onnx/\(fixture)/model.onnx")
    try checkImages(
      try ONNXImporter.read(path: path).model.graph, images.map { Float($0) / 255 },
      try expectedLogits(fixture))
  }

  /// The first images through the engine, against recorded logits.
  private func checkImages(_ graph: Graph, _ pixels: [Float], _ expected: [[Float]]) throws {
    let network = try Network(graph, EngineConfiguration(batch: expected.count, threads: 1))
    let computed = network.infer(
      Array(pixels.prefix(expected.count * 784)), count: expected.count)
    for (index, logits) in expected.enumerated() {
      try checkCloseToLargest(Array(computed[index * 10..<(index + 1) * 10]), logits)
    }
  }
}
