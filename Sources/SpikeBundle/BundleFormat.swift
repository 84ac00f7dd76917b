/// The numbers of the bundle format, once. docs/format.md explains them; a test compares the two.
package enum BundleFormat {
  /// First eight bytes: 0xD3 cannot start ASCII or stand before `S` in UTF-8; the line ends and the
  /// end-of-file mark at the end notice a transfer in text mode, as in PNG.
  package static let magic: [UInt8] = [0xD3, 0x53, 0x46, 0x42, 0x0D, 0x0A, 0x1A, 0x0A]
  /// Structural version.
  package static let version: UInt16 = 1
  /// Newest manifest version that this code knows (`Version` in bundle.proto).
  package static let manifestVersion: Int32 = 3
  /// Bytes in front of the section table.
  package static let headerSize = 24
  /// Bytes of one row of the section table.
  package static let sectionEntrySize = 16

  /// Bytes of a file.
  package static let maximumFileBytes = Int(UInt32.max)
  /// Rows of the section table.
  package static let maximumSections = 64
  /// Bytes of the manifest after decompression.
  package static let maximumManifestBytes = 16 << 20
  /// Bytes that decoding the manifest may ask for.
  package static let maximumDecodedBytes = 256 << 20
  /// Populations, projections, labels and metadata entries, each.
  package static let maximumItems = 1 << 16
  /// Codebooks.
  package static let maximumCodebooks = 1 << 20
  /// Indices of all projections together.
  package static let maximumIndices = 1 << 28
  /// Any size, count of steps or other number of the manifest.
  package static let maximumSize = Int(Int32.max)
  /// Time steps of delay.
  package static let maximumDelay = 65_535
  /// Decay that loses everything in one step.
  package static let fullDecay: Int32 = 4096

  /// Flag of a section that is a zstd frame.
  package static let compressedFlag: UInt16 = 1 << 0
  /// Flag of a section that a reader may pass over if it does not know the type.
  package static let skippableFlag: UInt16 = 1 << 15
}

/// The sections of a bundle, in the order in which they lie in the file.
public enum SectionKind: UInt16, Hashable, Sendable, CaseIterable {
  /// The protobuf message of Schemas/bundle/bundle.proto.
  case manifest = 1
  /// Entries of all codebooks.
  case codebooks = 2
  /// Thresholds, biases and initial potentials of all populations.
  case neurons = 3
  /// Indices of projections that are bit-packed.
  case packedIndices = 4
  /// Bitmaps of projections that are stored as bitmap and nonzero indices.
  case bitmaps = 5
  /// Zero runs of projections that are stored as zero runs and nonzero indices.
  case zeroRuns = 6
  /// Bit-packed nonzero indices of both.
  case nonzeroIndices = 7
  /// Indices of projections that are entropy-coded.
  case codedIndices = 8

  /// Name in reports and errors.
  public var name: String {
    switch self {
    case .manifest: "manifest"
    case .codebooks: "codebooks"
    case .neurons: "neurons"
    case .packedIndices: "packed indices"
    case .bitmaps: "bitmaps"
    case .zeroRuns: "zero runs"
    case .nonzeroIndices: "nonzero indices"
    case .codedIndices: "coded indices"
    }
  }

  /// Whether the section holds a part of the indices.
  public var holdsIndices: Bool { rawValue >= SectionKind.packedIndices.rawValue }
}
