import Foundation
import SpikeDiagnostics
import SpikePipeline
import SpikeTestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("Comparing ways to fit", .serialized)
struct CompareTests {
  static let pipeline = Pipeline(RunContext(threads: 2))

  /// A recipe of two rows and two columns, one of which a row leaves out; seconds of work.
  static func recipe(_ folder: String, _ change: (inout String) -> Void = { _ in }) throws -> String
  {
    var text = """
      {
        "title": "Two ways", "data": "fashion-mnist",
        "network": "\(FixtureLocation.path("onnx/fashion-cnn/model.onnx"))",
        "trainSamples": 640, "testSamples": 100, "timeSteps": 2, "seeds": [1, 2],
        "settings": { "target": "loihi2", "epochs": 1 },
        "tables": [
          {
            "name": "weights", "title": "Unique weights", "showsOperations": true,
            "columns": [
              { "label": "M = 2", "settings": { "uniqueWeights": 2 } },
              { "label": "M = 4", "settings": { "uniqueWeights": 4 } }
            ],
            "rows": [
              { "label": "layer" },
              { "label": "network", "settings": { "scope": "network" }, "only": ["M = 4"] }
            ]
          }
        ]
      }
      """
    change(&text)
    let path = "\(folder)/recipe.json"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private static func records(_ folder: String) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/out/runs")
    return Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, FileManager.default.contents(atPath: "\(folder)/out/runs/\($0)") ?? Data())
      })
  }

  @Test("A comparison that was stopped goes on where it stood, and ends in a table and a chart")
  func resumes() throws {
    try WholeWayTests.inFolder { folder in
      let recipe = try Self.recipe(folder)
      var request = CompareRequest(recipe: recipe, output: "\(folder)/out", limit: 2)
      let first = try Self.pipeline.compare(request)
      #expect(WholeWayTests.member(first.summary, "left") == .integer(4))
      let early = try Self.records(folder)
      #expect(early.count == 2)
      #expect(first.text.contains("not run") && first.text.contains("(1 of 2)"))

      request.limit = nil
      let whole = try Self.pipeline.compare(request)
      #expect(WholeWayTests.member(whole.summary, "left") == .integer(0))
      let all = try Self.records(folder)
      #expect(all.count == 6)
      for (name, bytes) in early { #expect(all[name] == bytes, "\(name) was made once") }

      let markdown = try String(contentsOfFile: "\(folder)/out/results.md", encoding: .utf8)
      let row = try #require(markdown.split(separator: "\n").first { $0.hasPrefix("| network") })
      #expect(row.contains("|  | ") && row.contains("±"))
      #expect(markdown.contains("Synaptic operations"))
      let chart = try #require(FileManager.default.contents(atPath: "\(folder)/out/weights.svg"))
      let parser = XMLParser(data: chart)
      #expect(parser.parse(), "the chart is XML")
    }
  }

  @Test("The training that all start from is in the report, also where no run is left")
  func startIsReported() throws {
    try WholeWayTests.inFolder { folder in
      let recipe = try Self.recipe(folder) {
        $0.replace("\"seeds\": [1, 2]", with: "\"seeds\": [1]")
        $0.replace(
          "\"tables\"",
          with: "\"start\": { \"quality\": { \"fullPrecision\": true } }, \"tables\"")
      }
      let request = CompareRequest(recipe: recipe, output: "\(folder)/out")
      let first = try Self.pipeline.compare(request)
      #expect(first.text.contains("All methods start from the same full-precision SNN"))
      #expect(try Self.pipeline.compare(request).text == first.text)
    }
  }

  @Test("A record counts only as long as its settings are what they were")
  func changedSettings() throws {
    try WholeWayTests.inFolder { folder in
      let output = "\(folder)/out"
      let recipe = try Self.recipe(folder) {
        $0.replace("\"seeds\": [1, 2]", with: "\"seeds\": [1]")
      }
      _ = try Self.pipeline.compare(CompareRequest(recipe: recipe, output: output, limit: 1))
      let changed = try Self.recipe(folder) {
        $0.replace("\"seeds\": [1, 2]", with: "\"seeds\": [1]")
        $0.replace("\"uniqueWeights\": 2", with: "\"uniqueWeights\": 3")
      }
      let outcome = try Self.pipeline.compare(
        CompareRequest(recipe: changed, output: output, limit: 0))
      #expect(WholeWayTests.member(outcome.summary, "made") == .integer(0))
      #expect(WholeWayTests.member(outcome.summary, "left") == .integer(3))
    }
  }

  @Test(
    "A recipe that cannot be run is refused with the place and the way out",
    arguments: [
      ("\"uniqueWeights\": 2", "\"uniqeWeights\": 2", "did you mean 'uniqueWeights'"),
      ("\"uniqueWeights\": 2", "\"uniqueWeights\": \"two\"", "fit --help"),
      ("\"seeds\": [1, 2]", "\"seeds\": []", "name seeds"),
      ("\"only\": [\"M = 4\"]", "\"only\": [\"M = 5\"]", "the columns are M = 2, M = 4"),
      ("\"name\": \"weights\"", "\"name\": \"../weights\"", "small letters"),
      ("\"label\": \"network\"", "\"label\": \"layer\"", "label the rows"),
      ("\"timeSteps\": 2", "\"timeSteps\": \"2\"", "standard.json"),
      ("\"timeSteps\": 2,", "", "standard.json"),
      ("{", "", "standard.json"),
    ])
  func refuses(old: String, new: String, fix: String) throws {
    try WholeWayTests.inFolder { folder in
      let recipe = try Self.recipe(folder) { text in
        let range = text.range(of: old)
        if let range { text.replaceSubrange(range, with: new) }
      }
      let error = #expect(throws: PipelineError.self) {
        try Self.pipeline.compare(CompareRequest(recipe: recipe, output: "\(folder)/out"))
      }
      #expect(error?.code == .invalidRecipe)
      #expect(error?.fix?.contains(fix) == true, "\(error?.fix ?? "no fix")")
    }
  }
}
