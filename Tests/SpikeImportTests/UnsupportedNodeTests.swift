import Foundation
import SpikeDiagnostics
import SpikeImport
import SpikeTestSupport
import Testing

@Suite("Nodes that cannot become spikes")
struct UnsupportedNodeTests {
  struct Expected: Decodable {
    struct Entry: Decodable, Hashable {
      var `operator`: String
      var node: String
    }
    var unsupported: [Entry]
  }

  @Test(
    "all are named in one error, with a remedy each",
    arguments: ["lstm", "if-node", "two-unsupported"])
  func complete(_ name: String) throws {
    let folder = FixtureLocation.path("onnx/unsupported/\(name)")
    let expected = try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: URL(filePath: "\(folder)/expected.json")))
    let error = #expect(throws: ImportError.self) {
      _ = try ONNXImporter.read(path: "\(folder)/model.onnx")
    }
    #expect(error?.code == .unsupportedOperator)
    let code = ImportErrorCode.unsupportedOperator.rawValue
    let found = error?.findings.filter { $0.code == code }.map { finding in
      Expected.Entry(
        operator: finding.location.operator ?? "", node: finding.location.node ?? "")
    }
    #expect(Set(found ?? []) == Set(expected.unsupported))
    #expect(error?.findings.allSatisfy { $0.fix != nil && $0.severity == .error } == true)

    let report = try ONNXSupportReport.read(path: "\(folder)/model.onnx")
    let reported = report.entries.filter { $0.finding?.code == code }
    #expect(reported.allSatisfy { $0.status == .unsupported })
    #expect(
      Set(reported.map { Expected.Entry(operator: $0.operator, node: $0.node) })
        == Set(expected.unsupported))
    #expect(!report.isSupported)
  }

  @Test("a mistyped operator is answered with the nearest known one")
  func suggestion() throws {
    var model = TinyONNX.one("Relu")
    model.nodes = [TinyONNX.node("Conw", ["x"], ["y"], name: "features.3")]
    let error = try #require(try importError(model))
    #expect(error.location.node == "features.3")
    #expect(error.fix?.contains("did you mean Conv?") == true)
  }

  @Test("a row that begins with a later operator set says from which on it is read")
  func tooOld() throws {
    let model = TinyONNX.one("ConstantOfShape", version: 8)
    let error = try #require(try importError(model))
    #expect(error.code == .unsupportedOperator)
    #expect(error.message.contains("from 9 on"))
  }

  @Test("operators of a foreign domain are refused by the domain's name")
  func domain() throws {
    var model = TinyONNX.one("Relu")
    model.operatorSets.append(("com.example", 1))
    model.nodes = [TinyONNX.node("Relu", ["x"], ["y"], domain: "com.example")]
    let error = try #require(try importError(model))
    #expect(error.code == .unsupportedOperator)
    #expect(error.message.contains("'com.example'"))
  }

  @Test("known operators that are used in ways spikes cannot follow are all named at once")
  func uses() throws {
    var model = TinyONNX.one("Relu")
    model.nodes = [
      TinyONNX.node("MatMul", ["x", "x"], ["a"], name: "square"),
      TinyONNX.node("Transpose", ["x"], ["b"], name: "turn"),
      TinyONNX.node("Add", ["a", "b"], ["y"], name: "sum"),
    ]
    let error = try #require(try importError(model))
    #expect(error.location.node == "square")
    #expect(error.findings.map(\.location.node) == ["turn"])
  }

  @Test("the report tells supported, unsupported, unreached and unused nodes apart")
  func report() throws {
    var model = TinyONNX.one("Relu")
    model.nodes = [
      TinyONNX.node("Relu", ["x"], ["a"], name: "first"),
      TinyONNX.node("LpNormalization", ["a"], ["b"], name: "second"),
      TinyONNX.node("Relu", ["b"], ["y"], name: "third"),
      TinyONNX.node("Relu", ["x"], ["c"], name: "aside"),
    ]
    let folder = try TemporaryFolder()
    let report = try ONNXSupportReport.read(path: try folder.write(model.bytes, "m.onnx"))
    #expect(report.entries.map(\.status) == [.supported, .unsupported, .notReached, .unused])
    #expect(report.entries[1].finding?.fix?.contains("BatchNormalization") == true)
    #expect(report.operatorSets == ["": 13])
    #expect(report.producer == "tests")
  }

  @Test("the report of a good model has only supported nodes")
  func goodReport() throws {
    let report = try ONNXSupportReport.read(
      path: FixtureLocation.path("onnx/operators/resnet-small/model.onnx"))
    #expect(report.isSupported)
    #expect(report.entries.allSatisfy { $0.status == .supported && $0.finding == nil })
  }
}
