import SpikeBytes
import SpikeDiagnostics

/// How the indices of one projection are stored; the numbers are those of bundle.proto.
enum IndexCoding: Int, CaseIterable {
  /// Bit-packed indices.
  case packed = 1
  /// A bitmap of the weights that are not 0, and the packed indices of these.
  case bitmap = 2
  /// Lengths of the runs of zeros, and the packed indices of the other weights.
  case zeroRuns = 3
  /// Indices by interleaved range coding, one table for each projection.
  case entropy = 4

  /// The section that holds the first stream of this coding.
  var section: SectionKind {
    switch self {
    case .packed: .packedIndices
    case .bitmap: .bitmaps
    case .zeroRuns: .zeroRuns
    case .entropy: .codedIndices
    }
  }
}

/// What the indices of one projection look like to the coder.
struct IndexAlphabet {
  /// Entries of the largest codebook.
  let count: Int
  /// Bits of a packed index.
  let width: Int
  /// Bits of a packed nonzero index.
  let nonzeroWidth: Int
  /// Index of entry 0 in each codebook, or nil where one of them has no 0.
  let zeros: [UInt8]?

  /// The alphabet of the codebooks of a checked projection.
  init(_ projection: Projection, _ codebooks: [Codebook]) {
    let books = projection.codebooks.map { codebooks[$0] }
    count = books.map(\.entries.count).max() ?? 1
    width = BitPacking.width(for: count)
    nonzeroWidth = BitPacking.width(for: count - 1)
    let positions = books.compactMap { book in
      book.entries.firstIndex(of: 0).map { UInt8(truncatingIfNeeded: $0) }
    }
    zeros = positions.count == books.count ? positions : nil
  }

  /// The symbols of `indices`: where every codebook has a 0, it becomes symbol 0 and the others
  /// follow in their order; else the indices themselves.
  func symbols(_ indices: [UInt8]) -> [UInt8] {
    zeros.map { IndexStreams.zeroToFront(indices, zeros: $0) } ?? indices
  }
}

/// The indices of one projection as streams.
struct CodedIndices {
  /// Which streams.
  var coding: IndexCoding
  /// Packed indices, bitmap, zero runs or coded indices.
  var first: [UInt8]
  /// Packed nonzero indices of ``IndexCoding/bitmap`` and ``IndexCoding/zeroRuns``.
  var nonzeros: [UInt8] = []
  /// Number of nonzero indices.
  var nonzeroCount = 0

  /// Bytes of a first stream whose length does not follow from the number of weights, else 0.
  var variableByteCount: Int {
    coding == .zeroRuns || coding == .entropy ? first.count : 0
  }

  /// Every coding that the codebooks allow and that has a chance, bit-packed first.
  ///
  /// With `isLarge` only those that are fast to make, which are also the best then.
  static func candidates(
    _ indices: [UInt8], _ alphabet: IndexAlphabet, isLarge: Bool
  ) -> [CodedIndices] {
    let symbols = alphabet.symbols(indices)
    let counts = IndexStreams.histogram(symbols)
    let coded = CodedIndices(
      coding: .entropy, first: EntropyCoding.encode(symbols, counts, alphabet.count))
    let nonzeroCount = alphabet.zeros == nil ? indices.count : indices.count - counts[0]
    let isVerySparse = nonzeroCount * 64 <= indices.count
    let packedSize = IndexStreams.packedSize(indices.count, width: alphabet.width)
    if isLarge && !isVerySparse && coded.first.count < packedSize { return [coded] }
    var result = [
      CodedIndices(
        coding: .packed, first: IndexStreams.pack(indices, width: alphabet.width)), coded,
    ]
    guard alphabet.zeros != nil, alphabet.width > 0 else { return result }
    if !isLarge {
      let (bitmap, nonzeros) = IndexStreams.splitBitmap(symbols)
      result.append(
        CodedIndices(
          coding: .bitmap, first: bitmap,
          nonzeros: IndexStreams.pack(nonzeros, width: alphabet.nonzeroWidth),
          nonzeroCount: nonzeros.count))
    }
    // A run costs a byte at least: hopeless where most weights are not zero.
    if nonzeroCount * 2 <= indices.count {
      let (runs, nonzeros) = IndexStreams.splitRuns(symbols)
      result.append(
        CodedIndices(
          coding: .zeroRuns, first: runs,
          nonzeros: IndexStreams.pack(nonzeros, width: alphabet.nonzeroWidth),
          nonzeroCount: nonzeros.count))
    }
    return result
  }

  /// Estimated bits in the file. Streams that zstd will see count with the entropy of their bytes
  /// and a hundredth for its tables.
  var estimatedBits: Double {
    if coding == .entropy { return Double(8 * first.count) }
    return [first, nonzeros].reduce(0) { sum, stream in
      sum + 1.01 * Entropy.bits(IndexStreams.histogram(stream))
    }
  }

  /// The indices that the streams stand for; nil if the streams contradict themselves.
  static func decode(
    _ coding: IndexCoding, first: ArraySlice<UInt8>, nonzeros: ArraySlice<UInt8>,
    nonzeroCount: Int, count: Int, _ alphabet: IndexAlphabet
  ) -> [UInt8]? {
    let decoded: [UInt8]?
    switch coding {
    case .packed: return IndexStreams.unpack(first, count: count, width: alphabet.width)
    case .entropy: decoded = EntropyCoding.decode(first, count: count, alphabet.count)
    case .bitmap, .zeroRuns:
      guard alphabet.zeros != nil,
        let others = IndexStreams.unpack(
          nonzeros, count: nonzeroCount, width: alphabet.nonzeroWidth),
        others.isEmpty || Int(IndexStreams.largest(others[...])) < alphabet.count - 1
      else { return nil }
      decoded =
        coding == .bitmap
        ? IndexStreams.joinBitmap(first, nonzeros: others, count: count)
        : IndexStreams.joinRuns(first, nonzeros: others, count: count)
    }
    guard var symbols = decoded else { return nil }
    if let zeros = alphabet.zeros { IndexStreams.zeroFromFront(&symbols, zeros: zeros) }
    return symbols
  }
}
