import SpikeBundle
import SpikeContainers
import SpikeDiagnostics

/// Encodes a bundle as a NIR graph (docs/formats/nir.md).
///
/// Weights, biases and thresholds are the bundle's integers as float32: sums stay exact, so spikes
/// do not depend on the order in which a reader adds. What integer 1 means is in `metadata`.
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
    add("input", NIRLayout.node("Input", ["shape": NIRLayout.integers(bundle.input.shape)]))
    for index in bundle.populations.indices { try addPopulation(index) }
    let last = bundle.populations.count - 1
    add(
      "output",
      NIRLayout.node("Output", ["shape": NIRLayout.integers(bundle.populations[last].shape)]))
    connect(outlet(.population(last)), "output")
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
      throw unsupported(
        "It has \(incoming.count) projections; a read-out is the last layer and has one.", place,
        "use a network with one read-out behind one layer")
    }
    for position in incoming {
      try addProjection(position, population, index, hasBias: position == incoming[0], place)
    }
    if isReadout {
      try NIRNeuronRule.check(population, dialect, at: place)
      return
    }
    add("neurons\(index)", try NIRNeuronRule.node(population, dialect, at: place))
    for position in incoming { connect("synapses\(position)", "neurons\(index)") }
  }

  private mutating func addProjection(
    _ position: Int, _ population: Population, _ index: Int, hasBias: Bool, _ place: Location
  ) throws(ExportError) {
    let projection = bundle.projections[position]
    let shapes = projection.sources.compactMap { source -> [Int]? in
      switch source {
      case .input: bundle.input.shape
      case .population(let other):
        (0..<index).contains(other) ? bundle.populations[other].shape : nil
      }
    }
    guard shapes.count == projection.sources.count, var shape = shapes.first,
      shapes.allSatisfy({ $0 == shape })
    else {
      throw ExportError(
        .invalidBundle, "Its sources differ in shape or stand behind it.", at: place,
        fix: "write the bundle again with sfconv export")
    }
    try ChainCheck.layer(projection, from: shape, to: population, bundle, at: place)
    guard projection.delay == 0 else {
      throw unsupported(
        "A projection has a delay of \(projection.delay) steps, which NIR's readers lose.", place,
        "use a network without delays")
    }
    var outlets = projection.sources.map { outlet($0) }
    func chain(_ name: String, _ node: HDF5Group) {
      add(name, node)
      for outlet in outlets { connect(outlet, name) }
      outlets = [name]
    }
    if let window = projection.pooling?.size, window != [1, 1] {
      guard dialect.takesAllNodes else {
        throw unsupported(
          "There is a sum pool; \(dialect.rawValue) reads none.", place,
          "export with --dialect norse or sinabs")
      }
      chain(
        "pool\(position)",
        NIRLayout.node(
          "SumPool2d",
          [
            "kernel_size": NIRLayout.integers(window), "stride": NIRLayout.integers(window),
            "padding": NIRLayout.integers([0, 0]),
          ]))
      shape = [shape[0], shape[1] / window[0], shape[2] / window[1]]
    }
    if projection.kind == .dense, shape.count > 1 {
      chain(
        "flatten\(position)",
        NIRLayout.node(
          "Flatten",
          [
            "start_dim": NIRLayout.integer(0), "end_dim": NIRLayout.integer(-1),
            "input_type": NIRLayout.integers(shape),
          ]))
    }
    chain(
      "synapses\(position)",
      try synapses(projection, from: shape, population, hasBias: hasBias, place))
  }

  private func synapses(
    _ projection: Projection, from shape: [Int], _ population: Population, hasBias: Bool,
    _ place: Location
  ) throws(ExportError) -> HDF5Group {
    let count = projection.weightShape[0]
    let biases: [Float] = (0..<count).map { output in
      guard hasBias, !population.biases.isEmpty else { return 0 }
      return Float(population.biases[population.biases.count == 1 ? 0 : output])
    }
    let weights = projection.weights(from: bundle.codebooks)
    guard (weights + population.biases).allSatisfy({ $0.magnitude <= 1 << 24 }) else {
      throw ExportError(
        .limitExceeded, "A weight or bias is outside ±16,777,216, beyond which float32 rounds.",
        at: place, fix: "fit with fewer bits")
    }
    var fields = [
      "weight": NIRLayout.floats(weights.map { Float($0) }, projection.weightShape),
      "bias": NIRLayout.floats(biases, [count]),
    ]
    switch projection.kind {
    case .dense:
      guard population.shape.count == 1 else {
        throw unsupported(
          "A dense layer makes a map \(population.shape).", place,
          "keep the layers behind a dense layer dense")
      }
      return NIRLayout.node(NIRLayout.affine, fields, metadata: metadata(of: projection))
    case .convolution(let strides, let before, let after, let dilations, let groups):
      guard before == after else {
        throw unsupported(
          "A border is \(before) before and \(after) behind the map; NIR has one number an axis.",
          place, "use a network with symmetric padding")
      }
      guard groups == 1 || dialect.takesAllNodes else {
        throw unsupported(
          "A convolution has \(groups) groups; \(dialect.rawValue) reads none with groups.",
          place, "export with --dialect norse or sinabs")
      }
      let kernel = projection.weightShape.suffix(2)
      guard kernel.first == kernel.last else {
        throw unsupported(
          "A kernel is \(Array(kernel)); nir 1.0.8 infers the shape behind it from its height alone.",
          place, "use square kernels")
      }
      fields["stride"] = NIRLayout.integers(strides)
      fields["padding"] = NIRLayout.integers(before)
      fields["dilation"] = NIRLayout.integers(dilations)
      fields["groups"] = NIRLayout.integer(groups)
      fields["input_shape"] = NIRLayout.integers(Array(shape.dropFirst()))
      return NIRLayout.node(NIRLayout.convolution, fields, metadata: metadata(of: projection))
    }
  }

  private func metadata(of projection: Projection) -> [String: HDF5Group.Member] {
    var members: [String: HDF5Group.Member] = [
      "name": NIRLayout.text(projection.name),
      "indices": .dataset(
        HDF5Dataset(shape: projection.weightShape, .uint8(projection.indices))),
      "scales": NIRLayout.floats(
        projection.codebooks.map { bundle.codebooks[$0].scale }, [projection.codebooks.count]),
    ]
    for (number, book) in projection.codebooks.enumerated() {
      members["codebook\(number)"] = .dataset(.list(bundle.codebooks[book].entries))
    }
    return members
  }

  private func unsupported(_ message: String, _ place: Location, _ fix: String) -> ExportError {
    ExportError(.unsupportedTopology, message, at: place, fix: fix)
  }
}
