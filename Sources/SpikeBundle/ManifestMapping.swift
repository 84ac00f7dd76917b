import SpikeBytes
import SpikeDiagnostics

// Manifest to bundle and back: numbers of enums, positions of sources, steps between codebooks.

/// Order of names in files: by their UTF-8 bytes, the same for every platform and Unicode version.
func utf8Order(_ first: String, _ second: String) -> Bool {
  first.utf8.lexicographicallyPrecedes(second.utf8)
}

extension Manifest {
  private static let models = ["IF", "LIF", "CubaLIF", "LI"]

  /// The manifest of a checked bundle, with the coding of each projection.
  init(_ bundle: Bundle, codings: [CodedIndices]) {
    version = bundle.manifestVersion
    name = bundle.name
    producer = bundle.producer
    target = bundle.target
    arithmetic = bundle.arithmetic.fileNumber
    timeSteps = UInt32(clamping: bundle.timeSteps)
    inputShape = bundle.input.shape.map { UInt32(clamping: $0) }
    inputBits = UInt32(clamping: bundle.input.bits)
    populations = bundle.populations.map { Population($0) }
    projections = zip(bundle.projections, codings).map { Projection($0, $1) }
    codebookCount = UInt32(bundle.codebooks.count)
    readout = bundle.readout.fileNumber
    labels = bundle.labels
    metadata = bundle.metadata.sorted { utf8Order($0.key, $1.key) }.map { ($0.key, $0.value) }
  }

  /// The bundle without indices and neuron integers, which lie in other sections.
  /// - Throws: `bundle.invalid-manifest`.
  func bundle(codebooks: [Codebook]) throws(BundleError) -> Bundle {
    guard let arithmetic = Arithmetic(fileNumber: arithmetic) else {
      throw Manifest.unknown("arithmetic", arithmetic)
    }
    guard let readout = Readout(fileNumber: readout) else {
      throw Manifest.unknown("read-out", readout)
    }
    var texts: [String: String] = [:]
    var last: String?
    for (name, value) in metadata {
      if let last, !utf8Order(last, name) {
        throw BundleError(
          .invalidManifest, "The metadata are not in order of their names at '\(name)'.",
          at: Location(tensor: SectionKind.manifest.name), fix: remake)
      }
      guard texts.updateValue(value, forKey: name) == nil else {
        throw BundleError(
          .invalidManifest, "The metadata name '\(name)' occurs twice.",
          at: Location(tensor: SectionKind.manifest.name), fix: remake)
      }
      last = name
    }
    var bundle = Bundle(
      name: name, producer: producer, target: target, arithmetic: arithmetic,
      timeSteps: Int(timeSteps),
      input: InputPort(shape: inputShape.map { Int($0) }, bits: Int(inputBits)),
      populations: [], projections: [], codebooks: codebooks, readout: readout, labels: labels,
      metadata: texts)
    for population in populations {
      bundle.populations.append(try population.population())
    }
    for projection in projections { bundle.projections.append(try projection.projection()) }
    guard bundle.manifestVersion == version else {
      throw BundleError(
        .invalidManifest,
        "The manifest has version \(version); what it uses makes it one of version "
          + "\(bundle.manifestVersion).", at: Location(tensor: SectionKind.manifest.name),
        fix: remake)
    }
    return bundle
  }

  /// The error for a number that stands for nothing.
  static func unknown(
    _ what: String, _ number: Int, _ place: Location = Location(tensor: SectionKind.manifest.name)
  ) -> BundleError {
    BundleError(
      .invalidManifest, "The number \(number) stands for no \(what) that this sfconv knows.",
      at: place, fix: remake)
  }
}

extension Manifest.Population {
  fileprivate init(_ population: Population) {
    name = population.name
    shape = population.shape.map { UInt32(clamping: $0) }
    model = (Manifest.models.firstIndex(of: population.model) ?? -1) + 1
    switch population.reset {
    case nil: reset = 0
    case .bySubtraction: reset = 1
    case .toValue(let value):
      reset = 2
      resetValue = value
    }
    spikesAboveOnly = population.spikesAboveOnly
    thresholdCount = UInt32(clamping: population.thresholds.count)
    biasCount = UInt32(clamping: population.biases.count)
    initialPotentialCount = UInt32(clamping: population.initialPotentials.count)
    membraneDecay = UInt32(clamping: population.membraneDecay)
    currentDecay = UInt32(clamping: population.currentDecay)
    scale = population.scale
  }

  fileprivate func population() throws(BundleError) -> Population {
    let place = Location(node: name)
    guard (1...Manifest.models.count).contains(model) else {
      throw Manifest.unknown("neuron model", model, place)
    }
    let reset: Population.Reset?
    switch self.reset {
    case 0: reset = nil
    case 1: reset = .bySubtraction
    case 2: reset = .toValue(resetValue)
    default: throw Manifest.unknown("reset", self.reset, place)
    }
    guard self.reset == 2 || resetValue == 0 else {
      throw BundleError(
        .invalidManifest, "A reset value of \(resetValue) stands beside a reset without value.",
        at: place, fix: remake)
    }
    return Population(
      name: name, shape: shape.map { Int($0) }, model: Manifest.models[model - 1], reset: reset,
      spikesAboveOnly: spikesAboveOnly, thresholds: [], biases: [], initialPotentials: [],
      membraneDecay: Int32(clamping: membraneDecay), currentDecay: Int32(clamping: currentDecay),
      scale: scale)
  }
}

extension Manifest.Projection {
  fileprivate init(_ projection: Projection, _ coded: CodedIndices) {
    name = projection.name
    sources = projection.sources.map { source in
      switch source {
      case .input: 0
      case .population(let index): UInt32(clamping: index + 1)
      }
    }
    target = UInt32(clamping: projection.target)
    pooling = projection.pooling?.size.map { UInt32(clamping: $0) } ?? []
    weightShape = projection.weightShape.map { UInt32(clamping: $0) }
    switch projection.kind {
    case .dense: kind = 1
    case .convolution(let strides, let padsBefore, let padsAfter, let dilations, let groups):
      kind = 2
      self.strides = strides.map { UInt32(clamping: $0) }
      self.padsBefore = padsBefore.map { UInt32(clamping: $0) }
      self.padsAfter = padsAfter.map { UInt32(clamping: $0) }
      self.dilations = dilations.map { UInt32(clamping: $0) }
      self.groups = UInt32(clamping: groups)
    }
    var last = 0
    for codebook in projection.codebooks {
      codebookSteps.append(Int32(clamping: codebook - last))
      last = codebook
    }
    delay = UInt32(clamping: projection.delay)
    coding = coded.coding.rawValue
    nonzeroCount = UInt32(clamping: coded.nonzeroCount)
    streamByteCount = UInt32(clamping: coded.variableByteCount)
    sourceDelays = projection.sourceDelays.map { UInt32(clamping: $0) }
  }

  fileprivate func projection() throws(BundleError) -> Projection {
    let place = Location(node: name)
    let kind: Projection.Kind
    switch self.kind {
    case 1:
      guard groups == 0, (strides + padsBefore + padsAfter + dilations).isEmpty else {
        throw BundleError(
          .invalidManifest, "A dense projection has the geometry of a convolution.", at: place,
          fix: remake)
      }
      kind = .dense
    case 2:
      kind = .convolution(
        strides: strides.map { Int($0) }, padsBefore: padsBefore.map { Int($0) },
        padsAfter: padsAfter.map { Int($0) }, dilations: dilations.map { Int($0) },
        groups: Int(groups))
    default: throw Manifest.unknown("kind of projection", self.kind, place)
    }
    var codebooks: [Int] = []
    var last = 0
    for step in codebookSteps {
      last += Int(step)
      codebooks.append(last)
    }
    return Projection(
      name: name, sources: sources.map { $0 == 0 ? .input : .population(Int($0) - 1) },
      target: Int(target),
      pooling: pooling.isEmpty ? nil : PoolingWindow(size: pooling.map { Int($0) }),
      kind: kind, weightShape: weightShape.map { Int($0) }, codebooks: codebooks, indices: [],
      delay: Int(delay), sourceDelays: sourceDelays.map { Int($0) })
  }
}

extension Bundle {
  /// First `manifest_version` that has all that the bundle uses.
  var manifestVersion: Int32 {
    let isNew = projections.contains { $0.isRecurrent || !$0.sourceDelays.isEmpty }
    return isNew ? 3 : arithmetic.manifestVersion
  }
}

extension Arithmetic {
  /// Number in `Arithmetic` of bundle.proto.
  var fileNumber: Int {
    switch self {
    case .plain: 1
    case .loihiCuba: 2
    case .tinyOdin: 3
    case .odin: 4
    case .xylo: 5
    case .speck: 6
    }
  }

  /// First `manifest_version` that has it.
  var manifestVersion: Int32 {
    switch self {
    case .plain, .loihiCuba: 1
    case .tinyOdin, .odin, .xylo, .speck: 2
    }
  }

  init?(fileNumber: Int) {
    guard let value = Arithmetic.allCases.first(where: { $0.fileNumber == fileNumber }) else {
      return nil
    }
    self = value
  }
}

extension Readout {
  /// Number in `Readout` of bundle.proto.
  var fileNumber: Int {
    switch self {
    case .largestPotential: 1
    case .mostSpikes: 2
    }
  }

  init?(fileNumber: Int) {
    guard let value = Readout.allCases.first(where: { $0.fileNumber == fileNumber }) else {
      return nil
    }
    self = value
  }
}
