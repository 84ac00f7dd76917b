import Foundation
import SpikeImport
import SpikeTestSupport
import Testing

@Suite("The table of ONNX operators")
struct OperatorTableTests {
  @Test("ranges of versions of one operator do not overlap and end at the newest")
  func ranges() {
    let groups = Dictionary(grouping: ONNXOperatorTable.rows) { "\($0.domain):\($0.name)" }
    for (name, rows) in groups {
      let sorted = rows.sorted { $0.versions.lowerBound < $1.versions.lowerBound }
      for (older, newer) in zip(sorted, sorted.dropFirst()) {
        #expect(older.versions.upperBound + 1 == newer.versions.lowerBound, "\(name)")
      }
      #expect(sorted.last?.versions.upperBound == ONNXOperator.newest, "\(name)")
    }
  }

  @Test("rows stand in the order of their names")
  func order() {
    let names = ONNXOperatorTable.rows.map { ($0.name, $0.domain, $0.versions.lowerBound) }
    #expect(zip(names, names.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("there are rows for at least 60 operators")
  func count() {
    #expect(Set(ONNXOperatorTable.rows.map(\.name)).count >= 60)
  }

  @Test("docs/operators.md holds the table")
  func documentation() throws {
    let path = "\(FixtureLocation.repository)/docs/operators.md"
    var text = try FixtureLocation.text("docs/operators.md")
    let begin = try #require(text.range(of: "<!-- table -->\n"))
    let end = try #require(text.range(of: "<!-- end of table -->"))
    let inside = begin.upperBound..<end.lowerBound
    let isCurrent = String(text[inside]) == ONNXOperatorTable.markdown
    if !isCurrent && ProcessInfo.processInfo.environment["SFCONV_RECORD"] != nil {
      text.replaceSubrange(inside, with: ONNXOperatorTable.markdown)
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
    #expect(
      isCurrent,
      "the table is stale: SFCONV_RECORD=1 swift test --filter OperatorTableTests writes it")
  }
}
