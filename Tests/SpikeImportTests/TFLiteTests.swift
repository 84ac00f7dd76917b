import Foundation
import SpikeDiagnostics
import SpikeEngine
import SpikeGraph
import SpikeImport
import SpikeTestSupport
import Testing

/// Networks of TensorFlow's converter, with what the interpreter computes.
@Suite("TFLite files")
struct TFLiteTests {
  static let floats = [
    "cnn-float", "cnn-float16", "layout-float", "mlp-float", "residual-float", "signal-float",
  ]
  static let integers = ["cnn-int8", "cnn-uint8", "mlp-int8", "residual-int8", "signal-int8"]

  private func expected(_ name: String) throws -> RecordedNetwork {
    try #require(try RecordedNetwork.all("tflite/expected.json")["\(name).tflite"])
  }

  private func imported(
    _ name: String, _ quantization: TFLiteImportOptions.Quantization = .kept
  ) throws -> ImportResult {
    var options = TFLiteImportOptions()
    options.quantization = quantization
    return try TFLiteImporter.read(
      path: FixtureLocation.path("tflite/\(name).tflite"), options: options)
  }

  @Test("a network of real numbers computes what the interpreter computes", arguments: floats)
  func real(_ name: String) throws {
    try expected(name).check(try imported(name).model.graph, tolerance: 1e-4)
  }

  @Test("a network of integers computes what the interpreter computes", arguments: integers)
  func whole(_ name: String) throws {
    let result = try imported(name)
    #expect(result.findings.contains { $0.code == "tflite.quantised" })
    let record = try expected(name)
    let step = Float(try #require(record.step))
    // A step at most, where XNNPACK's sums have multipliers of 21 bits; softmax is not rounded here.
    let unequal = try record.differences(result.model.graph).count { $0 > 0.01 * step }
    try record.check(result.model.graph, tolerance: 1.01 * step, relative: false)
    #expect(
      ["mlp-int8", "residual-int8"].contains(name) || unequal <= 1,
      "\(unequal) of \(record.outputs.count * 5)")
  }

  @Test(
    "without its integers the network is near, and a note says what was dropped",
    arguments: integers)
  func dropped(_ name: String) throws {
    let result = try imported(name, .dropped)
    #expect(result.findings.contains { $0.code == "tflite.dequantised" })
    #expect(!result.model.graph.nodes.contains { $0.operator.name == "Quantize" })
    let record = try expected(name)
    let largest = record.outputs.flatMap { $0 }.map(abs).max() ?? 0
    try record.check(result.model.graph, tolerance: 0.15 * max(largest, 1), relative: false)
  }

  @Test("images go in channels first, and neither layout leaves a trace in the graph")
  func layout() throws {
    let result = try imported("cnn-float")
    #expect(result.model.graph.inputs.map(\.shape) == [[3, 9, 7]])
    #expect(result.findings.map(\.code) == ["tflite.channels-first"])
    #expect(
      result.model.graph.nodes.map(\.operator.name) == [
        "Convolution", "Relu", "Convolution", "Clip", "Convolution", "Relu", "MaxPool", "Reshape",
        "Linear", "Relu", "Linear",
      ])
  }

  @Test("bytes are taken as the integers of the input")
  func encoding() throws {
    let model = try imported("cnn-uint8").model
    let integers = try imported("cnn-int8").model
    #expect(model.encoding == integers.encoding)
    #expect(abs(model.encoding.scale[0] * 255 - 2) < 0.02)
    #expect(abs(model.encoding.offset[0] + 1) < 0.02)
  }

  @Test("the table of operators is in the documentation")
  func documentation() throws {
    let page = try FixtureLocation.text("docs/import.md")
    for name in TFLiteOperatorTable.names { #expect(page.contains("`\(name)`"), "\(name)") }
  }
}

/// MLPerf Tiny's ResNet-8 on the first 100 test images of CIFAR-10 (docs/import.md).
@Suite(
  "ResNet-8 of MLPerf Tiny",
  .enabled(if: SharedTestData.folder != nil, "\(SharedTestData.advice)"))
struct TFLiteResNetTests {
  /// Images channels first, and their classes.
  private func images() throws -> (pixels: [Float], labels: [Int]) {
    let text = try String(
      contentsOfFile: SharedTestData.path("cifar10-eran100/cifar10_test.csv"), encoding: .utf8)
    var pixels: [Float] = []
    var labels: [Int] = []
    for row in text.split(separator: "\n") {
      let numbers = row.split(separator: ",").compactMap { Float($0) }
      labels.append(Int(numbers[0]))
      for channel in 0..<3 {
        for place in 0..<1024 { pixels.append(numbers[1 + 3 * place + channel]) }
      }
    }
    return (pixels, labels)
  }

  private func predictions(_ graph: Graph, _ pixels: [Float]) throws -> [Int] {
    let network = try Network(graph, EngineConfiguration(batch: 50, threads: 1))
    let scores = network.infer(pixels, count: 100)
    return (0..<100).map { image in
      let row = scores[image * 10..<(image + 1) * 10]
      return (row.firstIndex(of: row.max() ?? 0) ?? row.startIndex) - row.startIndex
    }
  }

  @Test("88 of 100 in real numbers and 86 in integers, all predictions those of the interpreter")
  func accuracy() throws {
    let (pixels, labels) = try images()
    #expect(labels.count == 100)
    for (file, right, answers) in [
      ("pretrainedResnet", 88, TFLiteResNetAnswers.real),
      ("pretrainedResnet_quant", 86, TFLiteResNetAnswers.whole),
    ] {
      let result = try TFLiteImporter.read(
        path: SharedTestData.path("mlperf-tiny-a/\(file).tflite"))
      let found = try predictions(result.model.graph, pixels)
      #expect(zip(found, labels).count { $0 == $1 } == right, "\(file)")
      #expect(found == answers, "\(file): \(zip(found, answers).count { $0 != $1 }) differ")
    }
    var options = TFLiteImportOptions()
    options.quantization = .dropped
    let real = try TFLiteImporter.read(
      path: SharedTestData.path("mlperf-tiny-a/pretrainedResnet_quant.tflite"), options: options)
    let found = try predictions(real.model.graph, pixels)
    #expect(zip(found, labels).count { $0 == $1 } == 88)
    #expect(zip(found, TFLiteResNetAnswers.whole).count { $0 == $1 } == 98)
  }

  @Test("the keyword spotters are read, in integers and with integer weights alone")
  func keywords() throws {
    let whole = try TFLiteImporter.read(
      path: SharedTestData.path("mlperf-tiny-a/kws_ref_model.tflite"))
    #expect(whole.model.graph.inputs.map(\.shape) == [[1, 49, 10]])
    #expect(whole.findings.contains { $0.code == "tflite.quantised" })
    let hybrid = try TFLiteImporter.read(
      path: SharedTestData.path("mlperf-tiny-a/kws_ref_model_float32.tflite"))
    #expect(hybrid.findings.contains { $0.code == "tflite.dequantised" })
    #expect(try hybrid.model.graph.inferredShapes()[hybrid.model.graph.outputs[0]] == [12])
  }
}
