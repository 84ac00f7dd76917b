import SpikeBytes
import SpikeDiagnostics

/// Reads a bundle from its sections. Sizes are known and checked before memory is taken.
struct BundleReader {
  private let sections: BundleSections

  init(_ bytes: [UInt8]) throws(BundleError) { sections = try BundleSections(bytes) }

  /// The bundle and how each projection is stored.
  func bundle() throws(BundleError) -> (bundle: Bundle, manifest: Manifest) {
    guard
      let section = try sections.section(.manifest, limit: BundleFormat.maximumManifestBytes)
    else {
      throw BundleError(.invalidStructure, "The bundle has no manifest.", fix: remake)
    }
    let manifest = try Manifest.decode(section.bytes)
    guard (1...BundleFormat.manifestVersion).contains(manifest.version) else {
      throw section.error(
        .unsupportedVersion,
        "The manifest has version \(manifest.version); this sfconv reads 1 to "
          + "\(BundleFormat.manifestVersion).")
    }
    // One manifest has one encoding: what a reader does not see cannot hide in it.
    guard manifest.encoded() == section.bytes else {
      throw section.error(
        .invalidManifest,
        "The manifest is not in canonical form: it has unknown, missing, "
          + "repeated or misplaced fields, or numbers in a longer form.")
    }
    var bundle = try manifest.bundle(codebooks: try codebooks(manifest))
    try neurons(manifest, into: &bundle)
    try BundleCheck(bundle).structure()
    try indices(manifest, into: &bundle)
    try BundleCheck(bundle).indices()
    return (bundle, manifest)
  }

  private func codebooks(_ manifest: Manifest) throws(BundleError) -> [Codebook] {
    let count = Int(manifest.codebookCount)
    guard count <= BundleFormat.maximumCodebooks else {
      throw BundleError(
        .tooLarge,
        "There are \(count) codebooks; allowed are \(BundleFormat.maximumCodebooks).",
        at: Location(tensor: SectionKind.manifest.name), fix: remake)
    }
    let section = try required(.codebooks, limit: count * (6 + 256 * Varint.maximumLength))
    return try CodebookSection.decode(section, count: count)
  }

  private func neurons(_ manifest: Manifest, into bundle: inout Bundle) throws(BundleError) {
    let count = manifest.populations.reduce(0) {
      $0 + Int($1.thresholdCount) + Int($1.biasCount) + Int($1.initialPotentialCount)
    }
    let section = try required(.neurons, limit: count * Varint.maximumLength)
    try NeuronSection.decode(section, counts: manifest.populations, into: &bundle.populations)
  }

  private func indices(_ manifest: Manifest, into bundle: inout Bundle) throws(BundleError) {
    let total = bundle.projections.reduce(0) { $0 + $1.weightCount }
    guard total <= BundleFormat.maximumIndices else {
      throw BundleError(
        .tooLarge, "There are \(total) weights; allowed are \(BundleFormat.maximumIndices).",
        fix: remake)
    }
    var streams = try IndexSections(bundle, manifest, sections)
    for index in bundle.projections.indices {
      bundle.projections[index].indices = try streams.next(
        bundle.projections[index], manifest.projections[index], bundle.codebooks)
    }
    try streams.finish()
  }

  /// A section that is empty, and so absent, only where nothing is expected in it.
  private func required(_ kind: SectionKind, limit: Int) throws(BundleError) -> Section {
    try sections.section(kind, limit: limit) ?? Section(kind: kind, bytes: [])
  }
}

/// The four index sections, taken from the front projection by projection.
private struct IndexSections {
  private var rest: [SectionKind: ArraySlice<UInt8>] = [:]

  /// Loads the sections; each is exactly as long as the projections need together.
  init(
    _ bundle: Bundle, _ manifest: Manifest, _ sections: BundleSections
  ) throws(BundleError) {
    var needed: [SectionKind: Int] = [:]
    for (projection, entry) in zip(bundle.projections, manifest.projections) {
      for (kind, count) in try IndexSections.sizes(projection, entry, bundle.codebooks) {
        needed[kind, default: 0] += count
      }
    }
    for kind in SectionKind.allCases where kind.holdsIndices {
      let size = needed[kind] ?? 0
      let section =
        try sections.section(kind, limit: size) ?? Section(kind: kind, bytes: [])
      guard section.bytes.count == size else {
        throw section.error(
          .invalidStructure,
          "The section has \(section.bytes.count) bytes; the projections need \(size).")
      }
      rest[kind] = section.bytes[...]
    }
  }

  /// The indices of the next projection.
  mutating func next(
    _ projection: Projection, _ entry: Manifest.Projection, _ codebooks: [Codebook]
  ) throws(BundleError) -> [UInt8] {
    let sizes = try IndexSections.sizes(projection, entry, codebooks)
    guard let coding = IndexCoding(rawValue: entry.coding) else {
      throw Manifest.unknown("index coding", entry.coding, Location(node: projection.name))
    }
    let parts = sizes.map { take($0.kind, $0.count) }
    guard
      let indices = CodedIndices.decode(
        coding, first: parts[0], nonzeros: parts.count > 1 ? parts[1] : [],
        nonzeroCount: Int(entry.nonzeroCount), count: projection.weightCount,
        IndexAlphabet(projection, codebooks))
    else {
      throw BundleError(
        .invalidStructure, "The index streams contradict themselves.",
        at: Location(node: projection.name, tensor: coding.section.name), fix: remake)
    }
    return indices
  }

  /// - Throws: never in a checked file; every byte was asked for.
  func finish() throws(BundleError) {
    for (kind, bytes) in rest.sorted(by: { $0.key.rawValue < $1.key.rawValue })
    where !bytes.isEmpty {
      throw Section(kind: kind, bytes: []).error(
        .invalidStructure, "\(bytes.count) bytes at the end of the section are not used.")
    }
  }

  private mutating func take(_ kind: SectionKind, _ count: Int) -> ArraySlice<UInt8> {
    let bytes = rest[kind] ?? []
    rest[kind] = bytes.dropFirst(count)
    return bytes.prefix(count)
  }

  /// Bytes that a projection has in each section.
  private static func sizes(
    _ projection: Projection, _ entry: Manifest.Projection, _ codebooks: [Codebook]
  ) throws(BundleError) -> [(kind: SectionKind, count: Int)] {
    let place = Location(node: projection.name)
    guard let coding = IndexCoding(rawValue: entry.coding) else {
      throw Manifest.unknown("index coding", entry.coding, place)
    }
    let alphabet = IndexAlphabet(projection, codebooks)
    let count = projection.weightCount
    let nonzeros = Int(entry.nonzeroCount)
    let stream = Int(entry.streamByteCount)
    let isSparse = coding == .bitmap || coding == .zeroRuns
    let streamLimit =
      switch coding {
      case .packed, .bitmap: 0
      case .zeroRuns: nonzeros + count / 255
      case .entropy: EntropyCoding.maximumSize(count)
      }
    guard alphabet.zeros != nil || !isSparse, nonzeros <= (isSparse ? count : 0),
      stream <= streamLimit
    else {
      throw BundleError(
        .invalidManifest,
        "The coding \(coding.rawValue) with \(nonzeros) nonzero indices and "
          + "\(stream) stream bytes does not fit the projection.", at: place, fix: remake)
    }
    switch coding {
    case .packed:
      return [(.packedIndices, IndexStreams.packedSize(count, width: alphabet.width))]
    case .entropy: return [(.codedIndices, stream)]
    case .bitmap:
      return [
        (.bitmaps, (count + 7) / 8),
        (.nonzeroIndices, IndexStreams.packedSize(nonzeros, width: alphabet.nonzeroWidth)),
      ]
    case .zeroRuns:
      return [
        (.zeroRuns, stream),
        (.nonzeroIndices, IndexStreams.packedSize(nonzeros, width: alphabet.nonzeroWidth)),
      ]
    }
  }
}
