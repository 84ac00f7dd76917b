import SpikeBundle
import SpikeBytes
import Testing

@Suite("The sizes of a bundle")
struct BundleSizesTests {
  /// One dense layer of random indices, the zero among them with a given share.
  func layer(_ count: Int, entries: Int, zeros: Double) -> Bundle {
    var random = SplitMix64(seed: UInt64(entries))
    var bundle = SampleBundles.smallest
    let half = entries / 2
    bundle.codebooks = [
      Codebook(
        entries: (0..<entries).map { Int32($0 - half) }, zeroIsAbsent: true, scale: 1)
    ]
    bundle.input.shape = [count]
    bundle.projections[0].weightShape = [1, count]
    bundle.projections[0].indices = (0..<count).map { _ in
      random.uniform() < zeros ? UInt8(half) : UInt8(random.integer(below: entries))
    }
    return bundle
  }

  @Test("add up, and know what the weights would take as float32")
  func sums() throws {
    let bytes = try BundleFile.encode(SampleBundles.network)
    let sizes = try BundleFile.sizes(bytes, name: "memory")
    #expect(sizes.byteCount == bytes.count)
    #expect(sizes.indexCount == 36 + 360 + 30)
    #expect(sizes.float32ByteCount == 4 * 426)
    let stored = sizes.sections.reduce(0) { $0 + $1.byteCount }
    #expect(24 + 16 * sizes.sections.count + stored == bytes.count)
    #expect(sizes.entropyBits > 0)
  }

  @Test(
    "of the indices lie near their entropy, headers included",
    arguments: [
      (12_000, 4, 0.0, 1.10), (12_000, 4, 0.7, 1.10), (12_000, 4, 0.9, 1.10),
      (12_000, 16, 0.0, 1.10), (12_000, 16, 0.9, 1.10), (1_100_000, 4, 0.9, 1.01),
      (1_100_000, 16, 0.95, 1.01), (1_100_000, 256, 0.5, 1.01),
    ])
  func ratios(count: Int, entries: Int, zeros: Double, limit: Double) throws {
    let bytes = try BundleFile.encode(layer(count, entries: entries, zeros: zeros))
    let ratio = try #require(try BundleFile.sizes(bytes, name: "memory").entropyRatio)
    #expect(ratio < limit && ratio > 0.98)
  }

  @Test("of many small layers stay near their entropy: their streams lie together")
  func manyLayers() throws {
    var bundle = layer(400, entries: 4, zeros: 0.5)
    bundle.input.shape = [20]
    bundle.projections = []
    bundle.populations = []
    var random = SplitMix64(seed: 1)
    for index in 0..<40 {
      var population = SampleBundles.network.populations[1]
      population.name = "p\(index)"
      population.shape = [20]
      population.thresholds = [5]
      bundle.populations.append(population)
      bundle.projections.append(
        Projection(
          name: "w\(index)", sources: [index == 0 ? .input : .population(index - 1)],
          target: index, kind: .dense, weightShape: [20, 20], codebooks: [0],
          indices: (0..<400).map { _ in UInt8(random.integer(below: 4)) }))
    }
    let bytes = try BundleFile.encode(bundle)
    #expect(try BundleFile.decode(bytes, name: "memory") == bundle)
    let ratio = try #require(try BundleFile.sizes(bytes, name: "memory").entropyRatio)
    #expect(ratio < 1.10)
  }

  @Test("of a bundle whose weights are all zero need next to nothing")
  func allZero() throws {
    let bytes = try BundleFile.encode(layer(1_000_000, entries: 4, zeros: 1))
    let sizes = try BundleFile.sizes(bytes, name: "memory")
    #expect(sizes.byteCount < 300)
    #expect(sizes.entropyRatio == nil)
    #expect(sizes.compression > 10_000)
  }
}
