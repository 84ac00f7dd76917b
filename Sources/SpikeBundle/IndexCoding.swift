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

  /// The section that holds the first stream of this coding.
  var section: SectionKind {
    switch self {
    case .packed: .packedIndices
    case .bitmap: .bitmaps
    case .zeroRuns: .zeroRuns
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
}

/// The indices of one projection as streams.
struct CodedIndices {
  /// Which streams.
  var coding: IndexCoding
  /// Packed indices, bitmap or zero runs.
  var first: [UInt8]
  /// Packed nonzero indices; empty with ``IndexCoding/packed``.
  var nonzeros: [UInt8] = []
  /// Number of nonzero indices; 0 with ``IndexCoding/packed``.
  var nonzeroCount = 0

  /// The zero runs, where they are used.
  var runs: [UInt8] { coding == .zeroRuns ? first : [] }

  /// Every coding that the codebooks allow, bit-packed first.
  static func candidates(_ indices: [UInt8], _ alphabet: IndexAlphabet) -> [CodedIndices] {
    let packed = CodedIndices(
      coding: .packed, first: IndexStreams.pack(indices, width: alphabet.width))
    guard let zeros = alphabet.zeros, alphabet.width > 0 else { return [packed] }
    let symbols = IndexStreams.zeroToFront(indices, zeros: zeros)
    let (bitmap, nonzeros) = IndexStreams.splitBitmap(symbols)
    let packedNonzeros = IndexStreams.pack(nonzeros, width: alphabet.nonzeroWidth)
    var result = [
      packed,
      CodedIndices(
        coding: .bitmap, first: bitmap, nonzeros: packedNonzeros, nonzeroCount: nonzeros.count),
    ]
    // A run costs a byte at least: hopeless where most weights are not zero.
    if nonzeros.count * 2 <= indices.count {
      result.append(
        CodedIndices(
          coding: .zeroRuns, first: IndexStreams.splitRuns(symbols).runs,
          nonzeros: packedNonzeros, nonzeroCount: nonzeros.count))
    }
    return result
  }

  /// Estimated bits after entropy coding of the bytes.
  var estimatedBits: Double {
    [first, nonzeros].reduce(0) { sum, stream in
      sum + Entropy.bits(IndexStreams.histogram(stream))
    }
  }

  /// The indices that the streams stand for; nil if the streams contradict themselves.
  static func decode(
    _ coding: IndexCoding, first: ArraySlice<UInt8>, nonzeros: ArraySlice<UInt8>,
    nonzeroCount: Int, count: Int, _ alphabet: IndexAlphabet
  ) -> [UInt8]? {
    if coding == .packed {
      return IndexStreams.unpack(first, count: count, width: alphabet.width)
    }
    guard let zeros = alphabet.zeros,
      let others = IndexStreams.unpack(
        nonzeros, count: nonzeroCount, width: alphabet.nonzeroWidth),
      others.isEmpty || Int(IndexStreams.largest(others[...])) < alphabet.count - 1
    else { return nil }
    let joined =
      coding == .bitmap
      ? IndexStreams.joinBitmap(first, nonzeros: others, count: count)
      : IndexStreams.joinRuns(first, nonzeros: others, count: count)
    guard var symbols = joined else { return nil }
    IndexStreams.zeroFromFront(&symbols, zeros: zeros)
    return symbols
  }
}
