import Foundation
import SpikeDiagnostics
import SpikeEngine
import SpikeGraph
import SpikeImport
import SpikeTestSupport
import Testing

@Suite("Whole architectures of others, as the packages onnx and qonnx carry them")
struct ArchitectureFileTests {
  /// Folders of a Python package, from the vendors' environment or from `SFCONV_SITE_PACKAGES`.
  static func package(_ path: String) -> String? {
    let given = (ProcessInfo.processInfo.environment["SFCONV_SITE_PACKAGES"] ?? "").split(
      separator: ":")
    let own = ["3.11", "3.12"].map {
      "\(FixtureLocation.repository)/.build-vendors/onnx/lib/python\($0)/site-packages"
    }
    return ThirdPartyFiles.find(given.map { "\($0)/\(path)" } + own.map { "\($0)/\(path)" })
  }

  static let light = [
    "bvlc_alexnet", "densenet121", "inception_v1", "inception_v2", "resnet50", "shufflenet",
    "squeezenet", "vgg19", "zfnet512",
  ]
  /// Dense layers of up to a hundred million weights: their shapes are enough here.
  static let large = ["bvlc_alexnet", "vgg19", "zfnet512"]

  @Test(
    "the light architectures of ONNX import with 1,000 classes and their recorded outputs",
    arguments: light)
  func architecture(_ name: String) throws {
    let folder = "onnx/backend/test/data/light"
    guard let path = Self.package("\(folder)/light_\(name).onnx"),
      let expected = Self.package("\(folder)/light_\(name)_output_0.pb").flatMap({
        TensorFile(path: $0)
      })
    else {
      print("not checked: the Python package onnx is not here (Scripts/setup-vendors.sh onnx)")
      return
    }
    let graph = try ONNXImporter.read(path: path).model.graph
    let shape = try graph.inferredShapes()[graph.outputs[0]] ?? []
    #expect(shape.elementCount == expected.values.count)
    guard !Self.large.contains(name) else { return }
    let count = graph.inputs[0].shape.elementCount
    let input = (0..<count).map { Float(Double($0) / Double(count)) }
    let network = try Network(graph, EngineConfiguration(batch: 1, threads: 2))
    let computed = network.infer(input, count: 1)
    let errors = zip(computed, expected.values).map { abs(Double($0) - $1) / abs($1) }
    #expect(errors.allSatisfy { $0 < 1e-3 }, "largest relative difference \(errors.max() ?? 0)")
  }

  @Test(
    "networks of QONNX import with their rounding",
    arguments: [
      "bsd300x3-espcn/subpixel/quant_model.onnx", "bsd300x3-espcn/nn_resize/quant_model.onnx",
    ])
  func quantised(_ file: String) throws {
    guard let path = Self.package("qonnx/data/onnx/\(file)") else {
      print("not checked: the Python package qonnx is not in SFCONV_SITE_PACKAGES")
      return
    }
    let result = try ONNXImporter.read(
      path: path, options: ONNXImportOptions(inputShape: nil))
    #expect(result.findings.contains { $0.code == "import.quantized" })
    #expect(result.model.graph.nodes.contains { $0.operator == .pointwise(Pointwise(.round)) })
    #expect(try !result.model.graph.inferredShapes().isEmpty)
  }
}
