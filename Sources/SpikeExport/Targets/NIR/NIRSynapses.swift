import SpikeBundle
import SpikeContainers
import SpikeDiagnostics

/// The nodes of a projection: pool, `Flatten`, and the synapses themselves.
struct NIRSynapses {
  let bundle: Bundle
  let dialect: NIRDialect
  let projection: Projection
  let population: Population
  /// Shape of the sources.
  let shape: [Int]
  /// What integer 1 of a weight or bias becomes.
  var unit: Double
  let place: Location

  /// Names and nodes, in the order of the data.
  /// - Throws: `export.unsupported-topology`, `export.limit-exceeded`, `export.invalid-bundle`.
  func nodes(
    _ position: Int, hasBias: Bool
  ) throws(ExportError) -> [(name: String, node: HDF5Group)] {
    try ChainCheck.layer(projection, from: shape, to: population, bundle, at: place)
    guard projection.delay == 0 else {
      throw unsupported(
        "A projection has a delay of \(projection.delay) steps, which NIR's readers lose.",
        "use a network without delays")
    }
    var map = shape
    var nodes: [(name: String, node: HDF5Group)] = []
    if let window = projection.pooling?.size, window != [1, 1] {
      try requireMaps()
      nodes.append(("pool\(position)", try pool(window)))
      map = [map[0], map[1] / window[0], map[2] / window[1]]
    }
    if projection.kind == .dense, map.count > 1, dialect.takesMaps {
      let flatten = NIRLayout.node(
        NIRLayout.flatten,
        [
          "start_dim": NIRLayout.integer(0), "end_dim": NIRLayout.integer(-1),
          "input_type": NIRLayout.integers(map),
        ])
      nodes.append(("flatten\(position)", flatten))
    }
    nodes.append(("synapses\(position)", try synapses(from: map, hasBias: hasBias)))
    return nodes
  }

  private func synapses(from map: [Int], hasBias: Bool) throws(ExportError) -> HDF5Group {
    let count = projection.weightShape[0]
    let biases: [Int32] = (0..<count).map { output in
      guard hasBias, !population.biases.isEmpty else { return 0 }
      return population.biases[population.biases.count == 1 ? 0 : output]
    }
    let weights = projection.weights(from: bundle.codebooks)
    guard (weights + population.biases).allSatisfy({ $0.magnitude <= 1 << 24 }) else {
      throw ExportError(
        .limitExceeded, "A weight or bias is outside ±16,777,216, beyond which float32 rounds.",
        at: place, fix: "fit with fewer bits")
    }
    switch projection.kind {
    case .dense:
      guard population.shape.count == 1 else {
        throw unsupported(
          "A dense layer makes a map \(population.shape).",
          "keep the layers behind a dense layer dense")
      }
      let fields = [
        "weight": floats(weights, projection.weightShape), "bias": floats(biases, [count]),
      ]
      return NIRLayout.node(NIRLayout.affine, fields, metadata: metadata)
    case .convolution(let strides, let before, let after, let dilations, let groups):
      try requireMaps()
      guard before == after else {
        throw unsupported(
          "A border is \(before) before and \(after) behind the map; NIR has one number an axis.",
          "use a network with symmetric padding")
      }
      guard projection.weightShape[2] == projection.weightShape[3] else {
        throw unsupported(
          "A kernel is \(projection.weightShape[2]) by \(projection.weightShape[3]); nir infers "
            + "shapes behind square kernels only.", "use square kernels")
      }
      guard groups == 1 else {
        throw unsupported(
          "A convolution has \(groups) groups, whose shapes nir does not infer.",
          "use a network without grouped convolutions, or export with --format onnx or c")
      }
      return convolution(
        weights, projection.weightShape, biases, map, strides, before, dilations,
        metadata: metadata)
    }
  }

  /// A sum pool, as a convolution with ones where a reader has no node for it.
  private func pool(_ window: [Int]) throws(ExportError) -> HDF5Group {
    guard !dialect.takesSumPools else {
      return NIRLayout.node(
        NIRLayout.sumPool,
        [
          "kernel_size": NIRLayout.integers(window), "stride": NIRLayout.integers(window),
          "padding": NIRLayout.integers([0, 0]),
        ])
    }
    guard window[0] == window[1] else {
      throw unsupported(
        "A sum pool is \(window[0]) by \(window[1]); nir infers shapes behind square kernels only.",
        "use square pools, or export with --dialect \(NIRDialect.names(where: \.takesSumPools))")
    }
    let channels = shape[0]
    let area = window[0] * window[1]
    guard channels * channels <= ChainCheck.most / area else {
      throw ExportError(
        .limitExceeded, "A sum pool of \(channels) channels would be too large a convolution.",
        at: place, fix: "export with --dialect \(NIRDialect.names(where: \.takesSumPools))")
    }
    var ones = [Int32](repeating: 0, count: channels * channels * area)
    for channel in 0..<channels {
      let first = (channel * channels + channel) * area
      ones.replaceSubrange(first..<first + area, with: repeatElement(1, count: area))
    }
    var plain = self
    plain.unit = 1
    return plain.convolution(
      ones, [channels, channels] + window, [Int32](repeating: 0, count: channels), shape, window,
      [0, 0], [1, 1], metadata: [:])
  }

  private func convolution(
    _ weights: [Int32], _ weightShape: [Int], _ biases: [Int32], _ map: [Int], _ strides: [Int],
    _ padding: [Int], _ dilations: [Int], metadata: [String: HDF5Group.Member]
  ) -> HDF5Group {
    NIRLayout.node(
      NIRLayout.convolution,
      [
        "weight": floats(weights, weightShape), "bias": floats(biases, [biases.count]),
        "stride": NIRLayout.integers(strides), "padding": NIRLayout.integers(padding),
        "dilation": NIRLayout.integers(dilations), "groups": NIRLayout.integer(1),
        "input_shape": NIRLayout.integers(Array(map.dropFirst())),
      ], metadata: metadata)
  }

  private var metadata: [String: HDF5Group.Member] {
    var members: [String: HDF5Group.Member] = [
      "name": NIRLayout.text(projection.name),
      "indices": .dataset(HDF5Dataset(shape: projection.weightShape, .uint8(projection.indices))),
      "scales": NIRLayout.floats(
        projection.codebooks.map { bundle.codebooks[$0].scale }, [projection.codebooks.count]),
      "unit": NIRLayout.floats([Float(unit)], [1]),
    ]
    for (number, book) in projection.codebooks.enumerated() {
      members["codebook\(number)"] = .dataset(.list(bundle.codebooks[book].entries))
    }
    return members
  }

  private func floats(_ values: [Int32], _ shape: [Int]) -> HDF5Group.Member {
    NIRLayout.floats(values.map { Float(Double($0) * unit) }, shape)
  }

  private func requireMaps() throws(ExportError) {
    guard dialect.takesMaps else {
      throw unsupported(
        "There is a convolution or pool; \(dialect.rawValue) reads dense layers only.",
        "export with --dialect norse, or use a dense network")
    }
  }

  private func unsupported(_ message: String, _ fix: String) -> ExportError {
    ExportError(.unsupportedTopology, message, at: place, fix: fix)
  }
}
