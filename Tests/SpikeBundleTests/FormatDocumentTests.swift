import Foundation
import SpikeBundle
import SpikeTestSupport
import Testing

/// docs/format.md against the code: neither can change alone.
@Suite("docs/format.md")
struct FormatDocumentTests {
  let text: String

  init() throws {
    text = try String(
      contentsOfFile: "\(FixtureLocation.repository)/docs/format.md", encoding: .utf8)
  }

  /// Cells of the table rows between two headlines.
  func rows(from start: String, to end: String) throws -> [[String]] {
    let from = try #require(text.range(of: start))
    let to = try #require(text.range(of: end, range: from.upperBound..<text.endIndex))
    return text[from.upperBound..<to.lowerBound].split(separator: "\n")
      .filter { $0.hasPrefix("| ") }
      .map { row in
        row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      }
  }

  @Test("shows the smallest bundle as it is written, byte by byte")
  func appendixA() throws {
    let expected = try BundleFile.encode(SampleBundles.smallest)
    var bytes: [UInt8] = []
    for row in try rows(from: "## Appendix A", to: "## Appendix B").dropFirst() {
      #expect(Int(row[0], radix: 16) == bytes.count, "the offset \(row[0])")
      bytes += row[1].split(separator: " ").compactMap { UInt8($0, radix: 16) }
    }
    let hex = expected.map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
    #expect(bytes == expected, "write Appendix A anew; the bundle is \(hex.joined(separator: " "))")
  }

  @Test("names the section types of the code")
  func sectionTypes() throws {
    let rows = try rows(from: "| Type | Section |", to: "**`Section_Flags`**")
    #expect(
      rows.map { "\($0[0]) \($0[1])" } == SectionKind.allCases.map { "\($0.rawValue) \($0.name)" })
  }

  @Test("names the limits of the code")
  func limits() throws {
    let numbers = try rows(from: "## Limits", to: "## Integrity").dropFirst().map { $0[1] }
    #expect(
      numbers
        == [
          BundleFormat.maximumFileBytes, BundleFormat.maximumSections,
          BundleFormat.maximumManifestBytes, BundleFormat.maximumItems,
          BundleFormat.maximumCodebooks, 256, BundleFormat.maximumIndices,
          BundleFormat.maximumDelay,
        ].map(String.init))
  }

  @Test("names the magic of the code")
  func magic() throws {
    let rows = try rows(from: "## Header", to: "**`Magic`**")
    let magic = BundleFormat.magic.map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
    #expect(rows[1][3] == "`\(magic.joined(separator: " "))`")
  }

  @Test("names every error code")
  func errorCodes() throws {
    let rows = try rows(from: "## Appendix B", to: "Where several").dropFirst()
    #expect(rows.map { $0[0] } == BundleErrorCode.allCases.map { "`\($0.rawValue)`" })
  }

  @Test("gives worked examples that are true")
  func examples() {
    #expect(IndexStreams.pack([1, 2, 3, 0, 1], width: 3) == [0xD1, 0x10])
    let (runs, nonzeros) = IndexStreams.splitRuns([0, 0, 2, 1, 0, 0, 0, 3])
    #expect(runs == [2, 0, 3])
    #expect(IndexStreams.pack(nonzeros, width: 2) == [0x21])
    let piece: [UInt8] = [0x00, 0x80, 0x18, 0x00, 0x84, 0x09, 0x00]
    #expect(
      EntropyCoding.encode([0, 0, 1, 0], [3, 1] + [Int](repeating: 0, count: 254), 2) == piece)
    #expect(EntropyCoding.decode(piece[...], count: 4, 2) == [0, 0, 1, 0])
  }
}
