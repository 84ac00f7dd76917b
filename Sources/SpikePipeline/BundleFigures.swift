import SpikeBundle

/// Sizes of a bundle file, as listings show them.
struct BundleFigures {
  /// Bytes of the file.
  let total: Int
  /// Bytes of the compressed index streams.
  let indexBytes: Int
  /// Compressed index streams against the order-0 entropy of the indices; nil where that is 0.
  let entropyRatio: Double?
  /// The whole file in bits per weight; nil where there is none.
  let bitsPerWeight: Double?

  /// - Throws: any `bundle.…` code.
  init(path: String) throws {
    let sizes = try BundleFile.sizes(path: path)
    total = sizes.byteCount
    indexBytes = sizes.indexByteCount
    entropyRatio = sizes.entropyRatio
    bitsPerWeight = sizes.bitsPerWeight
  }

  /// The ratio for people.
  var entropyText: String {
    entropyRatio.map { Figure.decimal($0, places: 3) } ?? "not defined (entropy 0)"
  }
}
