import SpikeBundle
import SpikeBytes
import SpikeDiagnostics
import SpikeTestSupport
import Testing

@Suite("A bundle")
struct BundleRoundTripTests {
  func checkRoundTrip(_ bundle: Bundle) throws {
    let bytes = try BundleFile.encode(bundle)
    let decoded = try BundleFile.decode(bytes, name: "memory")
    #expect(decoded == bundle)
    #expect(try BundleFile.encode(decoded) == bytes)
  }

  @Test("of one weight comes back as it was written")
  func smallest() throws { try checkRoundTrip(SampleBundles.smallest) }

  @Test("of a small network comes back as it was written")
  func network() throws { try checkRoundTrip(SampleBundles.network) }

  @Test("from the corpus comes back as it was written", arguments: 0..<300 as Range<UInt64>)
  func corpus(seed: UInt64) throws { try checkRoundTrip(BundleCorpus.bundle(seed: seed)) }

  @Test("is written to a file and read from it")
  func file() throws {
    let directory = try TemporaryDirectory()
    try BundleFile.write(SampleBundles.network, to: directory.file("a.sfb"))
    #expect(try BundleFile.read(path: directory.file("a.sfb")) == SampleBundles.network)
    #expect(try directory.contents() == ["a.sfb"])
  }

  @Test("does not depend on the order in which its metadata were filled")
  func metadataOrder() throws {
    var first = SampleBundles.smallest
    var second = first
    for index in 0..<50 { first.metadata["m\(index)"] = "\(index)" }
    for index in (0..<50).reversed() { second.metadata["m\(index)"] = "\(index)" }
    #expect(try BundleFile.encode(first) == BundleFile.encode(second))
  }
}
