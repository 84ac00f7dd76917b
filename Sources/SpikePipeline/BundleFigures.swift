import SpikeBundle

/// Sizes of a bundle file, as listings show them.
struct BundleFigures {
  /// Bytes of the file.
  let total: Int
  /// Bytes of the index streams, compressed.
  let indexStreams: Int
  /// Bytes of the index streams against the order-0 entropy of the indices.
  let entropyRatio: Double

  init(_ bundle: Bundle) throws {
    let sizes = try BundleFile.sizes(of: bundle)
    total = sizes.total
    indexStreams = sizes.indexStreams
    entropyRatio = sizes.entropyRatio
  }
}
