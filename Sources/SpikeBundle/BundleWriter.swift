import SpikeDiagnostics

/// Lays out a bundle in sections.
enum BundleWriter {
  /// Up to this number of indices every coding is tried for the whole file.
  private static let trialLimit = 4 << 20

  /// The bytes of a checked bundle.
  /// - Throws: `bundle.too-large`.
  static func encode(_ bundle: Bundle) throws(BundleError) -> [UInt8] {
    let isLarge = bundle.projections.reduce(0) { $0 + $1.indices.count } > trialLimit
    let candidates = bundle.projections.map { projection in
      CodedIndices.candidates(
        projection.indices, IndexAlphabet(projection, bundle.codebooks), isLarge: isLarge)
    }
    var choices = [candidates.map { best($0) }]
    // One frame holds the streams of all projections, so that a coding that is a little worse for
    // one of them can be better for the whole; small networks can afford to try.
    if !isLarge {
      for coding in IndexCoding.allCases {
        choices.append(
          candidates.map { list in list.first { $0.coding == coding } ?? best(list) })
      }
    }
    var smallest: [UInt8]?
    for codings in choices {
      let file = try encode(bundle, codings)
      if file.count < smallest?.count ?? .max { smallest = file }
    }
    return smallest ?? []
  }

  /// The coding with the smallest estimate, the first of equal ones.
  private static func best(_ candidates: [CodedIndices]) -> CodedIndices {
    var best = candidates[0]
    guard candidates.count > 1 else { return best }
    var bestBits = best.estimatedBits
    for candidate in candidates.dropFirst() {
      let bits = candidate.estimatedBits
      if bits < bestBits { (best, bestBits) = (candidate, bits) }
    }
    return best
  }

  private static func encode(
    _ bundle: Bundle, _ codings: [CodedIndices]
  ) throws(BundleError) -> [UInt8] {
    let manifest = Manifest(bundle, codings: codings).encoded()
    guard manifest.count <= BundleFormat.maximumManifestBytes else {
      throw BundleError(
        .tooLarge,
        "The manifest would have \(manifest.count) bytes; allowed are "
          + "\(BundleFormat.maximumManifestBytes).", fix: "use shorter names and metadata")
    }
    var sections = [
      Section(kind: .manifest, bytes: manifest),
      Section(kind: .codebooks, bytes: CodebookSection.encode(bundle.codebooks)),
      Section(kind: .neurons, bytes: NeuronSection.encode(bundle.populations)),
    ]
    for kind in SectionKind.allCases where kind.holdsIndices {
      var bytes: [UInt8] = []
      for coded in codings {
        if kind == .nonzeroIndices { bytes += coded.nonzeros }
        if kind == coded.coding.section { bytes += coded.first }
      }
      sections.append(Section(kind: kind, bytes: bytes))
    }
    return try BundleContainer.encode(sections)
  }
}
