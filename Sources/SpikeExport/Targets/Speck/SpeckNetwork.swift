import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

/// The layers of a bundle on the cores of a chip.
struct SpeckNetwork {
  /// One for each population.
  let layers: [SpeckLayer]
  /// Core of each layer.
  let cores: [Int]
  /// Layers that each layer sends to, with the side of the pool in front of them.
  let destinations: [[(layer: Int, pool: Int)]]

  /// Checks everything that a core does not take, and collects what it finds.
  init(_ bundle: Bundle, on spec: HardwareSpec) throws(ExportError) {
    var problems: [ExportError] = []
    var layers: [SpeckLayer] = []
    if bundle.input.bits > spec[.inputBits] ?? bundle.input.bits {
      problems.append(
        ExportError(
          .limitExceeded,
          "Pixels have \(bundle.input.bits) bits; '\(spec.name)' takes events.",
          at: Location(node: bundle.name), fix: "fit with --target \(spec.name)"))
    }
    for index in bundle.populations.indices {
      do throws(SpeckProblem) {
        let layer = try SpeckLayer(index, of: bundle)
        layers.append(layer)
        problems += SpeckNetwork.problems(of: layer, index, bundle, spec)
      } catch {
        problems.append(
          ExportError(
            .unsupportedTopology, error.message, at: Location(node: error.node), fix: error.fix))
      }
    }
    let destinations = layers.indices.map { source in
      layers.enumerated().filter { $0.element.sources.contains(.population(source)) }.map {
        (layer: $0.offset, pool: $0.element.pool)
      }
    }
    let most = spec[.fanOutLayers] ?? Int.max
    for (layer, readers) in zip(layers, destinations) where readers.count > most {
      problems.append(
        ExportError(
          .unsupportedTopology,
          "Its spikes go to \(readers.count) layers; a core has \(most) destinations.",
          at: Location(node: layer.name), fix: "remove a branch of the network"))
    }
    try SpeckNetwork.raise(problems)
    cores = try SpeckNetwork.place(layers, spec)
    self.layers = layers
    self.destinations = destinations
  }

  private static func problems(
    of layer: SpeckLayer, _ index: Int, _ bundle: Bundle, _ spec: HardwareSpec
  ) -> [ExportError] {
    let population = bundle.populations[index]
    let place = Location(node: population.name)
    var problems = layer.excesses(over: SpeckLimits(spec)).map { excess in
      ExportError(
        .limitExceeded,
        "The layer has \(excess.what); '\(spec.name)' takes \(excess.allowed).", at: place,
        fix: excess.fix)
    }
    if let message = SpeckNumbers.problem(of: population) {
      problems.append(
        ExportError(
          .unsupportedNeuron, message, at: place, fix: "fit again with --target \(spec.name)"))
    }
    if population.model != "LI", Set(population.thresholds).count > 1 {
      problems.append(
        ExportError(
          .unsupportedNeuron,
          "The layer has \(Set(population.thresholds).count) thresholds; a core has one.",
          at: place,
          fix: "convert and fit again with --target \(spec.name)"))
    }
    let books = bundle.projections[layer.projection].codebooks
    let entries = books.flatMap { bundle.codebooks[$0].entries }
    if let bad = entries.first(where: { !SpeckNumbers.weights.contains($0) }) {
      problems.append(
        ExportError(
          .limitExceeded, "A weight is \(bad); allowed are -128…127.", at: place,
          fix: "fit again with --target \(spec.name)"))
    }
    return problems
  }

  /// A core for each layer: a largest matching, and what would help where it leaves one over.
  private static func place(
    _ layers: [SpeckLayer], _ spec: HardwareSpec
  ) throws(ExportError) -> [Int] {
    guard layers.count <= spec.coreMemories.count else {
      throw ExportError(
        .limitExceeded,
        "The network has \(layers.count) layers; '\(spec.name)' has \(spec.coreMemories.count) "
          + "cores, one for each.", at: .unknown, fix: "use a shallower network")
    }
    let needs = layers.map {
      CoreMemory(
        kernelWords: $0.kernelWords, neuronWords: $0.neuronWords, biasWords: $0.biasWords)
    }
    let cores = CoreMatching.cores(for: needs, on: spec.coreMemories)
    try raise(
      cores.indices.filter { cores[$0] == nil }.map { index in
        let shortage = CoreShortage(of: needs[index], on: spec.coreMemories)
        return ExportError(
          .limitExceeded,
          "No core is left for the layer: \(shortage.needed) \(shortage.what) are needed; "
            + "'\(spec.name)' has \(shortage.allowed).", at: Location(node: layers[index].name),
          fix: shortage.fix)
      })
    return cores.compactMap { $0 }
  }

  private static func raise(_ problems: [ExportError]) throws(ExportError) {
    guard let first = problems.first else { return }
    if problems.count == 1 { throw first }
    throw ExportError(
      first.code, "\(problems.count) things do not fit; the first: \(first.message)",
      at: first.location, fix: first.fix,
      findings: problems.map { problem in
        Finding(
          .error, code: problem.codeText, message: problem.message, location: problem.location,
          fix: problem.fix)
      })
  }
}

extension SpeckLimits {
  init(_ spec: HardwareSpec) {
    self.init(
      kernel: spec[.kernelSize], padding: spec[.padding], channels: spec[.channels],
      strides: spec.strides?.value, pools: spec.pools?.value, inputSide: spec[.inputSide],
      outputSide: spec[.outputSide])
  }
}
