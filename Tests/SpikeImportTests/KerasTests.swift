import Foundation
import SpikeDiagnostics
import SpikeGraph
import SpikeImport
import SpikeTestSupport
import Testing

/// Models that Keras 2.15 and 3.15 saved, with what they computed.
@Suite("Keras files")
struct KerasTests {
  static let files = ["cnn", "mlp", "nested", "residual", "signal"].flatMap { name in
    (name == "nested" ? ["3.h5", "3.keras"] : ["2.h5", "2.keras", "3.h5", "3.keras"])
      .map { "\(name)-\($0)" }
  }

  private func imported(_ name: String) throws -> ImportResult {
    try KerasImporter.read(path: FixtureLocation.path("keras/\(name)"))
  }

  @Test("a model computes what Keras computed", arguments: files)
  func outputs(_ name: String) throws {
    let records = try RecordedNetwork.all("keras/expected.json")
    #expect(records.keys.sorted() == KerasTests.files.sorted())
    try #require(records[name]).check(try imported(name).model.graph, tolerance: 1e-4)
  }

  @Test("layers keep their names, and neither layout leaves a trace in the graph")
  func names() throws {
    let result = try imported("cnn-3.keras")
    #expect(result.findings.map(\.code) == ["keras.channels-first"])
    #expect(result.model.graph.nodes.first?.name == "first")
    #expect(!result.model.graph.nodes.contains { $0.operator.name == "Transpose" })
    let nested = try imported("nested-3.keras").model.graph
    #expect(nested.nodes.contains { $0.name.hasPrefix("block.") })
  }

  @Test("an open shape is taken from the user, and a wrong one refused")
  func shape() throws {
    var options = KerasImportOptions()
    options.inputShape = [9, 8, 3]
    let path = FixtureLocation.path("keras/bad/open-shape.keras")
    let result = try KerasImporter.read(path: path, options: options)
    #expect(result.model.graph.inputs.map(\.shape) == [[3, 9, 8]])
    options.inputShape = [9, 9, 3]
    let error = #expect(throws: KerasError.self) {
      _ = try KerasImporter.read(path: path, options: options)
    }
    #expect(error?.code == .shapeMismatch && error?.fix != nil)
  }

  @Test("the table of layers is in the documentation")
  func documentation() throws {
    let page = try FixtureLocation.text("docs/import.md")
    for name in KerasLayerTable.names { #expect(page.contains("`\(name)`"), "\(name)") }
  }
}
