import Foundation
import SpikeBundle
import SpikeBytes
import SpikeTestSupport
import Testing

/// The bundles of Fixtures/bundles. `SFCONV_RECORD=1` writes them anew and fails on purpose.
@Suite("The fixture")
struct FixtureTests {
  static let bundles: [(name: String, bundle: SpikeBundle.Bundle)] =
    [("smallest", SampleBundles.smallest), ("network", SampleBundles.network)]
    + [3, 11, 17, 23].map { ("corpus-\($0)", BundleCorpus.bundle(seed: $0)) }

  static let isRecording = ProcessInfo.processInfo.environment["SFCONV_RECORD"] == "1"

  @Test("is read as the bundle that it was made from", arguments: bundles.map(\.name))
  func content(name: String) throws {
    let bundle = try #require(Self.bundles.first { $0.name == name }).bundle
    let path = FixtureLocation.path("bundles/\(name).sfb")
    if Self.isRecording {
      try BundleFile.write(bundle, to: path)
      Issue.record("recorded \(path); run again without SFCONV_RECORD")
    }
    #expect(try BundleFile.read(path: path) == bundle, "re-record with SFCONV_RECORD=1 swift test")
  }

  @Test("is named in the provenance with its hash", arguments: bundles.map(\.name))
  func provenance(name: String) throws {
    let text = try String(
      contentsOfFile: FixtureLocation.path("bundles/PROVENANCE.md"), encoding: .utf8)
    let file = try MappedFile(path: FixtureLocation.path("bundles/\(name).sfb"))
    #expect(text.contains("| `\(name).sfb` | `\(SHA256.hex(of: file))` |"))
  }

  @Test("folder holds nothing else")
  func folder() throws {
    let files = try FileManager.default.contentsOfDirectory(
      atPath: FixtureLocation.path("bundles"))
    #expect(Set(files) == Set(Self.bundles.map { "\($0.name).sfb" } + ["PROVENANCE.md"]))
  }
}
