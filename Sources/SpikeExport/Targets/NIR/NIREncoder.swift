import SpikeBundle
import SpikeContainers
import SpikeDiagnostics

/// Encodes a bundle as a NIR graph (docs/formats/nir.md).
///
/// Weights, biases and thresholds are the bundle's integers, times a power of two, as float32: sums
/// stay exact, so spikes do not depend on the order in which a reader adds.
struct NIREncoder {
  private let bundle: Bundle
  private let dialect: NIRDialect
  private var nodes = HDF5Group()
  private var edges: [String] = []

  init(_ bundle: Bundle, _ dialect: NIRDialect) {
    self.bundle = bundle
    self.dialect = dialect
  }

  /// The `.nir` file.
  /// - Throws: `export.unsupported-topology`, `export.unsupported-neuron`,
  ///   `export.limit-exceeded`, `export.invalid-bundle`.
  func files() throws(ExportError) -> [NativeFile] {
    var copy = self
    return [try copy.file()]
  }

  private mutating func file() throws(ExportError) -> NativeFile {
    try ChainCheck.input(bundle)
    for projection in bundle.projections { try WholeBundleCheck.refuseRecurrence(projection) }
    let input = bundle.input.shape
    let flat = [input.reduce(1, *)]
    let inputShape = NIRLayout.integers(dialect.takesMaps ? input : flat)
    add("input", NIRLayout.node("Input", ["shape": inputShape]))
    for index in bundle.populations.indices { try addPopulation(index) }
    let last = bundle.populations.count - 1
    add(
      "output",
      NIRLayout.node("Output", ["shape": NIRLayout.integers(bundle.populations[last].shape)]))
    connect(outlet(.population(last)), "output")
    try checkOrder()
    var graph = NIRLayout.node("NIRGraph", ["nodes": .group(nodes)], metadata: description)
    graph["edges"] = .dataset(HDF5Dataset(shape: [edges.count / 2, 2], .strings(edges)))
    let root = HDF5Group(["version": NIRLayout.text(NIRLayout.version), "node": .group(graph)])
    do throws(HDF5Error) {
      return NativeFile(
        name: "\(Loihi2Encoder.fileName(bundle.name)).nir", bytes: try HDF5Writer.bytes(of: root))
    } catch {
      throw ExportError(
        .unwritable, "The HDF5 file cannot be made.", at: error.location, fix: error.fix,
        cause: error)
    }
  }

  /// Refuses branches that the reader's executor would run in a wrong order.
  private func checkOrder() throws(ExportError) {
    guard dialect.runsDepthFirst else { return }
    let pairs = stride(from: 0, to: edges.count, by: 2).map { (edges[$0], edges[$0 + 1]) }
    guard let early = NIRExecutionOrder(of: pairs, from: "input").firstTooEarly else { return }
    throw ExportError(
      .unsupportedTopology,
      "Branches of the network meet at '\(early)'; \(dialect.rawValue) would run it before all of "
        + "its inputs are there.", at: Location(node: bundle.name),
      fix: "export with --dialect \(NIRDialect.names { !$0.runsDepthFirst })")
  }

  private var description: [String: HDF5Group.Member] {
    [
      "network": NIRLayout.text(bundle.name), "producer": NIRLayout.text(bundle.producer),
      "target": NIRLayout.text(bundle.target), "dialect": NIRLayout.text(dialect.rawValue),
      "time_steps": NIRLayout.integer(bundle.timeSteps),
      "input_bits": NIRLayout.integer(bundle.input.bits),
      "readout": NIRLayout.text(
        bundle.readout == .mostSpikes ? "most-spikes" : "largest-sum-of-outputs"),
    ]
  }

  private mutating func add(_ name: String, _ node: HDF5Group) { nodes[name] = .group(node) }

  private mutating func connect(_ source: String, _ target: String) { edges += [source, target] }

  /// The node that a source's spikes leave; of a read-out the synapses, whose outputs add up to
  /// its potential.
  private func outlet(_ source: Source) -> String {
    switch source {
    case .input: "input"
    case .population(let index):
      bundle.populations[index].reset == nil
        ? "synapses\(bundle.projections.firstIndex { $0.target == index } ?? 0)"
        : "neurons\(index)"
    }
  }

  private mutating func addPopulation(_ index: Int) throws(ExportError) {
    let population = bundle.populations[index]
    let place = Location(node: population.name)
    let incoming = bundle.projections.indices.filter { bundle.projections[$0].target == index }
    let isReadout = population.reset == nil
    guard !incoming.isEmpty,
      !isReadout || (index == bundle.populations.count - 1 && incoming.count == 1)
    else {
      throw ExportError(
        .unsupportedTopology,
        "It has \(incoming.count) projections; a read-out is the last layer and has one.",
        at: place, fix: "use a network with one read-out behind one layer")
    }
    try ChainCheck.shape(population.shape, population.name)
    try NIRNeuronRule.check(population, dialect, at: place)
    let neuron = try NIRNeuron(population, dialect, at: place)
    let unit = NIRUnit.of(population) * (isReadout ? 1 : neuron.weightGain)
    for position in incoming {
      let synapses = NIRSynapses(
        bundle: bundle, dialect: dialect, projection: bundle.projections[position],
        population: population, shape: try sourceShape(position, index, place), unit: unit,
        place: place)
      var outlets = bundle.projections[position].sources.map { outlet($0) }
      for (name, node) in try synapses.nodes(position, hasBias: position == incoming[0]) {
        add(name, node)
        for outlet in outlets { connect(outlet, name) }
        outlets = [name]
      }
    }
    guard !isReadout else { return }
    add("neurons\(index)", NIRNeuronRule.node(population, neuron, dialect, in: bundle))
    for position in incoming { connect("synapses\(position)", "neurons\(index)") }
  }

  /// Shape of the sources of a projection, all of which stand in front of its target.
  private func sourceShape(
    _ position: Int, _ target: Int, _ place: Location
  ) throws(ExportError) -> [Int] {
    let sources = bundle.projections[position].sources
    let shapes = sources.compactMap { source -> [Int]? in
      switch source {
      case .input: bundle.input.shape
      case .population(let other):
        (0..<target).contains(other) ? bundle.populations[other].shape : nil
      }
    }
    guard shapes.count == sources.count, let shape = shapes.first,
      shapes.allSatisfy({ $0 == shape })
    else { throw ChainCheck.invalid("Its sources differ in shape or stand behind it.", place) }
    return shape
  }
}
