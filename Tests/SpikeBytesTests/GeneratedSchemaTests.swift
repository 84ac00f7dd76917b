import Foundation
import SpikeBytes
import SpikeTestSupport
import Testing

@Suite("Generated schema code")
struct GeneratedSchemaTests {
  static let schemas: [(schema: String, target: String)] = [
    ("model/model", "CModelSchema"), ("bundle/bundle", "CBundleSchema"),
    ("onnx/onnx_subset", "CONNXSchema"), ("onnx/onnx_written", "CONNXSchema"),
  ]

  @Test("is not older than its schema", arguments: schemas)
  func isFresh(schema: String, target: String) throws {
    let root = FixtureLocation.repository
    let name = String(schema.split(separator: "/")[1])
    let recorded = try String(
      contentsOfFile: "\(root)/Sources/\(target)/\(name).proto.sha256", encoding: .utf8)
    let file = try MappedFile(path: "\(root)/Schemas/\(schema).proto")
    #expect(
      SHA256.hex(of: file) == recorded.trimmingCharacters(in: .whitespacesAndNewlines),
      "Schemas/\(schema).proto has changed: run Scripts/regenerate-schemas.sh")
    for generated in ["\(name).pb-c.c", "include/\(name).pb-c.h"] {
      #expect(FileManager.default.fileExists(atPath: "\(root)/Sources/\(target)/\(generated)"))
    }
  }

  @Test("comes from schemas without recursion, maps, any and oneof", arguments: schemas)
  func isFlat(schema: String, target: String) throws {
    let text = try String(
      contentsOfFile: "\(FixtureLocation.repository)/Schemas/\(schema).proto", encoding: .utf8)
    let code = text.split(separator: "\n").map { line in
      line.range(of: "//").map { line[..<$0.lowerBound] } ?? line
    }
    var uses: [String: Set<String>] = [:]
    var message = ""
    for line in code {
      let words = line.split { " ;={}[]<>,".contains($0) }.map(String.init)
      #expect(!words.contains("map") && !words.contains("oneof"), "\(line)")
      #expect(!line.contains("google.protobuf.Any"), "\(line)")
      if words.first == "message" { message = words[1] }
      if ["optional", "repeated"].contains(words.first) {
        uses[message, default: []].insert(words[1])
      }
    }
    #expect(!uses.isEmpty)
    for start in uses.keys {
      var reached: Set<String> = []
      var waiting = uses[start] ?? []
      while let next = waiting.popFirst() {
        if reached.insert(next).inserted { waiting.formUnion(uses[next] ?? []) }
      }
      #expect(!reached.contains(start), "\(start) contains itself")
    }
  }
}
