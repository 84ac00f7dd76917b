import SpikeDiagnostics

/// The rules for the content of a bundle, the same for the writer and the reader: what was written
/// can be read, and what was read can be used without further checks.
struct BundleCheck {
  private let bundle: Bundle

  init(_ bundle: Bundle) { self.bundle = bundle }

  /// Everything but the indices and how many there are.
  /// - Throws: `bundle.invalid-value`, `bundle.too-large`.
  func structure() throws(BundleError) {
    try checkTexts()
    try checkCounts()
    try check(1...BundleFormat.maximumSize, bundle.timeSteps, "number of time steps")
    try check(shape: bundle.input.shape, "input", .unknown)
    try check(1...8, bundle.input.bits, "number of input bits")
    for (index, codebook) in bundle.codebooks.enumerated() {
      try check(codebook, Location(tensor: "codebook \(index)"))
    }
    for population in bundle.populations { try check(population) }
    for projection in bundle.projections { try check(projection) }
    for (first, second) in zip(bundle.projections, bundle.projections.dropFirst())
    where first.target > second.target {
      throw invalid(
        "The projection comes after one to population \(first.target), but goes to "
          + "\(second.target); projections are ordered by target.", Location(node: second.name))
    }
  }

  /// The indices of every projection.
  /// - Throws: `bundle.invalid-value`.
  func indices() throws(BundleError) {
    for projection in bundle.projections {
      let place = Location(node: projection.name)
      let needed = projection.weightCount
      guard projection.indices.count == needed else {
        throw invalid(
          "There are \(projection.indices.count) indices for \(needed) weights.", place)
      }
      let sizes = projection.codebooks.map { bundle.codebooks[$0].entries.count }
      let length = needed / sizes.count
      for (channel, size) in sizes.enumerated() {
        let part = projection.indices[channel * length..<(channel + 1) * length]
        let largest = IndexStreams.largest(part)
        guard part.isEmpty || Int(largest) < size else {
          throw invalid(
            "An index is \(largest); its codebook has the indices 0 to \(size - 1).", place)
        }
      }
    }
  }

  private func checkTexts() throws(BundleError) {
    var texts = [bundle.name, bundle.producer, bundle.target] + bundle.labels
    texts += bundle.populations.map(\.name) + bundle.projections.map(\.name)
    texts += bundle.metadata.flatMap { [$0.key, $0.value] }
    guard !texts.contains(where: { $0.utf8.contains(0) }) else {
      throw invalid("A name contains the character NUL.", .unknown)
    }
    for (what, names) in [
      ("populations", bundle.populations.map(\.name)),
      ("projections", bundle.projections.map(\.name)),
    ] {
      var seen: Set<String> = []
      for name in names where !seen.insert(name).inserted {
        throw invalid("Two \(what) have the name '\(name)'.", Location(node: name))
      }
    }
  }

  private func checkCounts() throws(BundleError) {
    let counts = [
      ("populations", bundle.populations.count, BundleFormat.maximumItems),
      ("projections", bundle.projections.count, BundleFormat.maximumItems),
      ("labels", bundle.labels.count, BundleFormat.maximumItems),
      ("metadata", bundle.metadata.count, BundleFormat.maximumItems),
      ("codebooks", bundle.codebooks.count, BundleFormat.maximumCodebooks),
    ]
    for (name, count, maximum) in counts where count > maximum {
      throw tooLarge("There are \(count) \(name); allowed are \(maximum).", .unknown)
    }
  }

  private func check(_ codebook: Codebook, _ place: Location) throws(BundleError) {
    guard (1...256).contains(codebook.entries.count) else {
      throw invalid(
        "The codebook has \(codebook.entries.count) entries; allowed are 1 to 256.", place)
    }
    guard zip(codebook.entries, codebook.entries.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw invalid("The entries do not ascend strictly: \(codebook.entries).", place)
    }
    try check(scale: codebook.scale, place)
  }

  private func check(_ population: Population) throws(BundleError) {
    let place = Location(node: population.name)
    try check(shape: population.shape, "population", place)
    guard ["IF", "LIF", "CubaLIF", "LI"].contains(population.model) else {
      throw invalid(
        "The neuron model is '\(population.model)'; allowed are IF, LIF, CubaLIF and LI.", place)
    }
    let spikes = population.model != "LI"
    guard spikes == (population.reset != nil) else {
      throw invalid("A neuron that spikes has a reset, LI has none.", place)
    }
    let channels = population.shape[0]
    let lists = [
      ("thresholds", population.thresholds.count, spikes ? [1, channels] : [0]),
      ("biases", population.biases.count, [0, channels]),
      ("initial potentials", population.initialPotentials.count, [1, channels]),
    ]
    for (name, count, allowed) in lists where !allowed.contains(count) {
      let options = allowed.map(String.init).joined(separator: " or ")
      throw invalid("There are \(count) \(name); allowed are \(options).", place)
    }
    for decay in [population.membraneDecay, population.currentDecay] {
      try check(0...Int(BundleFormat.fullDecay), Int(decay), "decay", place)
    }
    try check(scale: population.scale, place)
  }

  private func check(_ projection: Projection) throws(BundleError) {
    let place = Location(node: projection.name)
    guard bundle.populations.indices.contains(projection.target) else {
      throw invalid(
        "The target is population \(projection.target); there are \(bundle.populations.count).",
        place)
    }
    var shape = try sourceShape(projection, place)
    try checkRecurrence(projection, place)
    try checkDelays(projection, source: shape, place)
    if let window = projection.pooling?.size {
      guard window.count == 2, shape.count == 3, window.allSatisfy({ $0 >= 1 }),
        window[0] <= shape[1], window[1] <= shape[2]
      else { throw invalid("The pooling window \(window) does not fit \(shape).", place) }
      shape = [shape[0], shape[1] / window[0], shape[2] / window[1]]
    }
    try checkWeights(projection, source: shape, place)
    guard projection.codebooks.count == 1 || projection.codebooks.count == projection.weightShape[0]
    else {
      throw invalid(
        "There are \(projection.codebooks.count) codebooks; allowed are 1 or "
          + "\(projection.weightShape[0]).", place)
    }
    for index in projection.codebooks where !bundle.codebooks.indices.contains(index) {
      throw invalid("Codebook \(index) is not there; there are \(bundle.codebooks.count).", place)
    }
  }

  /// The one shape of all sources.
  private func sourceShape(
    _ projection: Projection, _ place: Location
  ) throws(BundleError) -> [Int] {
    var shapes: [[Int]] = []
    guard (1...BundleFormat.maximumItems).contains(projection.sources.count) else {
      throw invalid("The projection has \(projection.sources.count) sources.", place)
    }
    for source in projection.sources {
      switch source {
      case .input: shapes.append(bundle.input.shape)
      case .population(let index):
        guard (0...projection.target).contains(index) else {
          throw invalid(
            "Population \(index) is a source of population \(projection.target); sources come "
              + "before their targets.", place)
        }
        shapes.append(bundle.populations[index].shape)
      }
    }
    for shape in shapes where shape != shapes[0] {
      throw invalid("The sources have different shapes: \(shapes[0]) and \(shape).", place)
    }
    return shapes[0]
  }

  /// Neurons that spike read their own spikes alone, one by one.
  private func checkRecurrence(
    _ projection: Projection, _ place: Location
  ) throws(BundleError) {
    guard projection.isRecurrent else { return }
    guard projection.sources.count == 1, projection.pooling == nil, projection.kind == .dense,
      bundle.populations[projection.target].model != "LI"
    else {
      throw invalid(
        "Population \(projection.target) is its own source; recurrent synapses are dense, of one "
          + "source without a pool, between neurons that spike.", place)
    }
  }

  /// One delay for each element, of which the longest is that of the projection, and not all are.
  private func checkDelays(
    _ projection: Projection, source: [Int], _ place: Location
  ) throws(BundleError) {
    try check(0...BundleFormat.maximumDelay, projection.delay, "delay", place)
    let delays = projection.sourceDelays
    guard !delays.isEmpty else { return }
    let count = source.reduce(1, *)
    guard delays.count == count else {
      throw invalid("There are \(delays.count) delays of \(count) source elements.", place)
    }
    guard delays.max() == projection.delay, let least = delays.min(), least >= 0,
      least < projection.delay
    else {
      throw invalid(
        "The delays of source elements are \(delays.min() ?? 0) to \(delays.max() ?? 0); they must "
          + "differ, and the longest be that of the projection, \(projection.delay).", place)
    }
  }

  /// Weight shape against source and target.
  private func checkWeights(
    _ projection: Projection, source: [Int], _ place: Location
  ) throws(BundleError) {
    let weight = projection.weightShape
    let target = bundle.populations[projection.target].shape
    try check(shape: weight, "weight", place, ranks: [2, 4])
    switch projection.kind {
    case .dense:
      guard weight == [target.reduce(1, *), source.reduce(1, *)] else {
        throw invalid(
          "A weight of shape \(weight) does not lead from \(source) to \(target).", place)
      }
    case .convolution(let strides, let before, let after, let dilations, let groups):
      let lists = [(strides, 1), (before, 0), (after, 0), (dilations, 1)]
      for (list, minimum) in lists {
        guard list.count == 2,
          list.allSatisfy({ (minimum...BundleFormat.maximumSize).contains($0) })
        else { throw invalid("The geometry \(list) of the convolution is not allowed.", place) }
      }
      try check(1...BundleFormat.maximumSize, groups, "number of groups", place)
      guard weight.count == 4, source.count == 3, target.count == 3, target[0] == weight[0],
        source[0] == weight[1] * groups, weight[0] % groups == 0
      else {
        throw invalid(
          "A weight of shape \(weight) with \(groups) groups does not lead from \(source) to "
            + "\(target).", place)
      }
      for axis in 0..<2 {
        let reach = (weight[axis + 2] - 1) * dilations[axis] + 1
        let room = source[axis + 1] + before[axis] + after[axis] - reach
        guard room >= 0, room / strides[axis] + 1 == target[axis + 1] else {
          throw invalid(
            "A kernel of \(Array(weight[2...])) does not lead from \(source) to \(target).", place)
        }
      }
    }
  }

  private func check(
    shape: [Int], _ what: String, _ place: Location, ranks: [Int] = [1, 3]
  ) throws(BundleError) {
    guard ranks.contains(shape.count) else {
      let allowed = ranks.map(String.init).joined(separator: " or ")
      throw invalid("The \(what) has \(shape.count) axes; allowed are \(allowed).", place)
    }
    var product = 1
    for size in shape {
      try check(1...BundleFormat.maximumSize, size, "size of the \(what)", place)
      product *= size
      guard product <= BundleFormat.maximumSize else {
        throw tooLarge(
          "The \(what) of shape \(shape) has more than \(BundleFormat.maximumSize) elements.",
          place)
      }
    }
  }

  private func check(scale: Float, _ place: Location) throws(BundleError) {
    guard scale.isFinite else { throw invalid("The scale is \(scale).", place) }
  }

  private func check(
    _ range: ClosedRange<Int>, _ value: Int, _ what: String, _ place: Location = .unknown
  ) throws(BundleError) {
    guard range.contains(value) else {
      throw invalid(
        "The \(what) is \(value); allowed are \(range.lowerBound) to \(range.upperBound).", place)
    }
  }

  private func invalid(_ message: String, _ place: Location) -> BundleError {
    BundleError(
      .invalidValue, message, at: place, fix: "make the bundle again with 'sfconv export'")
  }

  private func tooLarge(_ message: String, _ place: Location) -> BundleError {
    BundleError(
      .tooLarge, message, at: place, fix: "make the network smaller and export it again")
  }
}

extension Projection {
  /// Number of weights; the shape was checked.
  var weightCount: Int { weightShape.reduce(1, *) }
}
