import SpikeBytes

/// How the bytes of a bundle are spent, and how near the indices come to their entropy.
public struct BundleSizes: Hashable, Sendable {
  /// One section as it is stored.
  public struct Section: Hashable, Sendable {
    /// Which section.
    public var kind: SectionKind
    /// Whether it is a zstd frame.
    public var isCompressed: Bool
    /// Bytes in the file.
    public var byteCount: Int
  }

  /// Bytes of the whole file.
  public var byteCount: Int
  /// Sections in the order of the file.
  public var sections: [Section]
  /// Bytes of the index sections with their rows in the section table.
  public var indexByteCount: Int
  /// Number of weights.
  public var indexCount: Int
  /// Order-0 entropy of the indices in bits: what they need at least if the weights of each
  /// projection are independent draws. With several codebooks the zeros of all count as one symbol.
  public var entropyBits: Double

  /// Bytes that the same weights take as float32.
  public var float32ByteCount: Int { 4 * indexCount }
  /// Stored index bytes against the entropy; nil where the entropy is 0.
  public var entropyRatio: Double? {
    entropyBits > 0 ? Double(8 * indexByteCount) / entropyBits : nil
  }
  /// Bits of the whole file for each weight; nil without weights.
  public var bitsPerWeight: Double? {
    indexCount > 0 ? Double(8 * byteCount) / Double(indexCount) : nil
  }
  /// How many times smaller the file is than the weights in float32.
  public var compression: Double { Double(float32ByteCount) / Double(max(1, byteCount)) }

  init(_ bundle: Bundle, entries: [BundleSections.Entry], byteCount: Int) {
    self.byteCount = byteCount
    sections = entries.map {
      Section(kind: $0.kind, isCompressed: $0.isCompressed, byteCount: $0.range.count)
    }
    indexByteCount = sections.filter(\.kind.holdsIndices)
      .reduce(0) { $0 + $1.byteCount + BundleFormat.sectionEntrySize }
    indexCount = bundle.projections.reduce(0) { $0 + $1.indices.count }
    entropyBits = bundle.projections.reduce(0) { sum, projection in
      let symbols = IndexAlphabet(projection, bundle.codebooks).symbols(projection.indices)
      return sum + Entropy.bits(IndexStreams.histogram(symbols))
    }
  }
}
