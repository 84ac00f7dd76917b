import Foundation
import SpikeBundle
import SpikeBytes
import SpikeTestSupport
import Testing

/// Benchmarks/bundle-sizes.csv. `SFCONV_RECORD=1` writes it anew and fails on purpose.
@Suite("The table of bundle sizes")
struct BundleSizeTableTests {
  static let path = "\(FixtureLocation.repository)/Benchmarks/bundle-sizes.csv"
  /// Frames are those of one version of the library (docs/format.md, "Compressed sections").
  static let recorded: String =
    ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "")
    .split(separator: "\n").first.map(String.init) ?? ""
  static let versionLine = "# zstd \(IndexStreams.zstdVersion)"

  @Test(
    "is what the writer makes of its seeded weights today, to the byte",
    .enabled(
      if: recorded == versionLine || FixtureTests.isRecording,
      "recorded with another version of zstd"))
  func table() throws {
    let rows = try BundleSizeCase.all.map { try $0.row() }
    let text = ([Self.versionLine, BundleSizeCase.header] + rows).joined(separator: "\n") + "\n"
    if FixtureTests.isRecording {
      try AtomicFile.write(text: text, to: Self.path)
      Issue.record("recorded \(Self.path); run again without SFCONV_RECORD")
    }
    let found = try String(contentsOfFile: Self.path, encoding: .utf8)
    #expect(found == text, "re-record with SFCONV_RECORD=1 swift test")
  }

  @Test("keeps index bytes near their entropy, headers included, in every row")
  func ratios() throws {
    let lines = try String(contentsOfFile: Self.path, encoding: .utf8).split(separator: "\n")
    #expect(lines.dropFirst(2).count == BundleSizeCase.all.count)
    for line in lines.dropFirst(2) {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      let weights = try #require(Int(cells[1]))
      let entropy = try #require(Double(cells[7]))
      let ratio = try #require(Double(cells[8]))
      // Tables and rows of the section table weigh more where the indices need next to nothing.
      let limit = weights > 1_000_000 ? 1.01 : entropy >= 1_500 ? 1.10 : 1.30
      #expect(ratio <= limit, "\(line)")
    }
  }

  @Test("reads back every network of several layers", arguments: [2, 4, 16])
  func networks(entries: Int) throws {
    for one in BundleSizeCase.all where one.layers.count > 1 && one.entries == entries {
      let bundle = one.bundle
      #expect(try BundleFile.decode(try BundleFile.encode(bundle), name: "memory") == bundle)
    }
  }
}
