import SpikeBundle
import SpikeContainers
import SpikeDiagnostics

/// Encodes a bundle as a netx file (docs/formats/loihi2.md).
///
/// The chain of populations becomes layers "0", "1", …; a pool in front of a layer is merged into
/// its weights; a read-out becomes a neuron that keeps its current for no step, loses no potential
/// and has the highest threshold: its potential is the answer.
enum Loihi2Encoder {
  /// The `.net` file and a JSON file that says how to run it.
  /// - Throws: `export.unsupported-topology`, `export.unsupported-neuron`,
  ///   `export.limit-exceeded`, `export.unsafe-weights`.
  static func files(_ bundle: Bundle) throws(ExportError) -> [NativeFile] {
    let name = fileName(bundle.name)
    let root = HDF5Group([Loihi2Layout.layers: .group(try layers(bundle))])
    let bytes: [UInt8]
    do throws(HDF5Error) {
      bytes = try HDF5Writer.bytes(of: root)
    } catch {
      throw ExportError(
        .unwritable, "The HDF5 file cannot be made.", at: error.location, fix: error.fix,
        cause: error)
    }
    return [
      NativeFile(name: "\(name).net", bytes: bytes),
      NativeFile(
        name: "\(name).run.json", bytes: Array(Loihi2RunNotes.text(bundle, name: name).utf8)),
    ]
  }

  static func fileName(_ name: String) -> String {
    let kept = name.unicodeScalars.map { scalar -> Character in
      let isPlain =
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      return isPlain || "-_.".unicodeScalars.contains(scalar) ? Character(scalar) : "-"
    }
    let text = String(kept.drop { $0 == "." }.prefix(100))
    return text.isEmpty ? "network" : text
  }

  private static func layers(_ bundle: Bundle) throws(ExportError) -> HDF5Group {
    var groups: [HDF5Group] = []
    try ChainCheck.input(bundle)
    for projection in bundle.projections {
      try WholeBundleCheck.refuseRecurrence(
        projection, "netx reads layers of type dense_rec, but runs them without their recurrence")
    }
    var shape = bundle.input.shape
    for index in bundle.populations.indices {
      let population = bundle.populations[index]
      let place = Location(node: population.name)
      let projection = try soleProjection(into: index, of: bundle, place)
      try ChainCheck.layer(projection, from: shape, to: population, bundle, at: place)
      let weights = projection.weights(from: bundle.codebooks)
      var layer: HDF5Group
      switch projection.kind {
      case .dense:
        if index == 0 {
          groups.append(described(Loihi2Layout.inputType, [shape.reduce(1, *)]))
        } else if shape.count > 1 {
          groups.append(described(Loihi2Layout.flattenType, [shape.reduce(1, *)]))
        }
        layer = try dense(projection, weights, from: shape, to: population, place)
      case .convolution:
        if index == 0 { groups.append(described(Loihi2Layout.inputType, shape)) }
        layer = try convolution(projection, weights, from: shape, to: population, place)
      }
      layer[Loihi2Layout.neuron] = .group(try neuron(population, place))
      try setBias(of: &layer, population, isDense: projection.kind == .dense, place)
      groups.append(layer)
      shape = population.shape
    }
    var result = HDF5Group()
    for (number, group) in groups.enumerated() { result["\(number)"] = .group(group) }
    return result
  }

  private static func soleProjection(
    into index: Int, of bundle: Bundle, _ place: Location
  ) throws(ExportError) -> Projection {
    let incoming = bundle.projections.filter { $0.target == index }
    let source: Source = index == 0 ? .input : .population(index - 1)
    guard incoming.count == 1, incoming[0].sources == [source] else {
      let found = incoming.map { "\($0.sources.count)" }.joined(separator: " and ")
      throw ExportError(
        .unsupportedTopology,
        "A netx file is a chain: one projection from the layer in front. This layer has "
          + "\(incoming.count) projections (from \(found.isEmpty ? "no" : found) sources).",
        at: place, fix: "use a network without residual connections for this target")
    }
    return incoming[0]
  }

  private static func dense(
    _ projection: Projection, _ weights: [Int32], from shape: [Int], to population: Population,
    _ place: Location
  ) throws(ExportError) -> HDF5Group {
    let outputs = population.neuronCount
    let inputs = shape.reduce(1, *)
    guard population.shape.count == 1 else {
      throw ExportError(
        .unsupportedTopology, "A dense layer makes a map \(population.shape); netx knows vectors.",
        at: place, fix: "keep the layers behind a dense layer dense")
    }
    let unpooled = unpooled(weights, projection.pooling?.size, shape, outputs: outputs)
    let here = Location(tensor: projection.name).filled(from: place)
    try Loihi2WeightRule.check(unpooled, isDense: true, at: here)
    var group = described(Loihi2Layout.denseType, [outputs])
    group[Loihi2Layout.weight] = .dataset(
      HDF5Dataset(shape: [outputs, inputs], .int32(unpooled)))
    group[Loihi2Layout.inFeatures] = .dataset(.scalar(Int32(inputs)))
    group[Loihi2Layout.outFeatures] = .dataset(.scalar(Int32(outputs)))
    if projection.delay != 0 {
      guard Loihi2Layout.delays.contains(projection.delay) else {
        throw ExportError(
          .limitExceeded,
          "The delay is \(projection.delay) steps; Loihi holds \(Loihi2Layout.delays.lowerBound)…"
            + "\(Loihi2Layout.delays.upperBound).", at: here, fix: "use shorter delays")
      }
      // Two axes: a single one would be ambiguous in a square layer.
      group[Loihi2Layout.delay] = .dataset(
        HDF5Dataset(
          shape: [outputs, inputs],
          .int32(try delays(projection, from: shape, outputs: outputs))))
    }
    return group
  }

  /// Delays `[out, in]` of the source in front of the pool.
  private static func delays(
    _ projection: Projection, from shape: [Int], outputs: Int
  ) throws(ExportError) -> [Int32] {
    try WholeBundleCheck.delays(of: projection, from: shape)
    let row =
      projection.sourceDelays.isEmpty
      ? Array(repeating: Int32(projection.delay), count: shape.reduce(1, *))
      : projection.sourceDelays.map { Int32($0) }
    return (0..<outputs).flatMap { _ in row }
  }

  /// Weights `[out, in]` of the source in front of the pool: each is repeated over its window,
  /// elements that no window holds get 0.
  private static func unpooled(
    _ weights: [Int32], _ window: [Int]?, _ shape: [Int], outputs: Int
  ) -> [Int32] {
    guard let window, shape.count == 3 else { return weights }
    let rows = shape[1] / window[0]
    let columns = shape[2] / window[1]
    var result: [Int32] = []
    result.reserveCapacity(outputs * shape.reduce(1, *))
    for output in 0..<outputs {
      for channel in 0..<shape[0] {
        for y in 0..<shape[1] {
          for x in 0..<shape[2] {
            let row = y / window[0]
            let column = x / window[1]
            let isInside = row < rows && column < columns
            let position = (channel * rows + row) * columns + column
            result.append(isInside ? weights[output * shape[0] * rows * columns + position] : 0)
          }
        }
      }
    }
    return result
  }

  private static func convolution(
    _ projection: Projection, _ weights: [Int32], from shape: [Int], to population: Population,
    _ place: Location
  ) throws(ExportError) -> HDF5Group {
    let here = Location(tensor: projection.name).filled(from: place)
    guard shape.count == 3, population.shape.count == 3 else {
      throw ExportError(
        .unsupportedTopology, "A convolution stands behind a dense layer.", at: place,
        fix: "keep the layers behind a dense layer dense")
    }
    guard projection.delay == 0 else {
      throw ExportError(
        .unsupportedTopology,
        "A convolution has a delay of \(projection.delay) steps; netx has "
          + "delays in dense layers only.", at: here, fix: "remove the delay")
    }
    let merged = try MergedConvolution(
      projection, weights: weights, sizes: Array(shape[1...]),
      outputs: Array(population.shape[1...]), at: here)
    try Loihi2WeightRule.check(merged.weights, isDense: false, at: here)
    var group = described(Loihi2Layout.convolutionType, population.shape)
    func list(_ values: [Int]) -> HDF5Group.Member {
      .dataset(.list(values.map { Int32($0) }))
    }
    group[Loihi2Layout.weight] = .dataset(
      HDF5Dataset(shape: merged.weightShape, .int32(merged.weights)))
    group[Loihi2Layout.stride] = list(merged.strides)
    group[Loihi2Layout.padding] = list(merged.padding)
    group[Loihi2Layout.dilation] = list(merged.dilations)
    group[Loihi2Layout.groups] = .dataset(.scalar(Int32(merged.groups)))
    group[Loihi2Layout.kernelSize] = list(Array(merged.weightShape[2...]))
    group[Loihi2Layout.inChannels] = .dataset(.scalar(Int32(shape[0])))
    group[Loihi2Layout.outChannels] = .dataset(.scalar(Int32(population.shape[0])))
    return group
  }

  private static func described(_ type: String, _ shape: [Int]) -> HDF5Group {
    HDF5Group([
      Loihi2Layout.type: text(type),
      Loihi2Layout.shape: .dataset(.list(shape.map { Int32(clamping: $0) })),
    ])
  }

  private static func text(_ text: String) -> HDF5Group.Member {
    .dataset(
      HDF5Dataset(shape: [1], .fixedStrings([text], length: Loihi2Layout.typeLength)))
  }

  private static func setBias(
    of layer: inout HDF5Group, _ population: Population, isDense: Bool, _ place: Location
  ) throws(ExportError) {
    guard population.biases.contains(where: { $0 != 0 }) else { return }
    let range = Loihi2Layout.biases
    if let bad = population.biases.first(where: { !range.contains($0) }) {
      throw ExportError(
        .limitExceeded,
        "A bias is \(bad); Loihi holds \(range.lowerBound)…\(range.upperBound).", at: place,
        fix: "fit with --target loihi2")
    }
    let count = population.shape[0]
    let values =
      population.biases.count == 1
      ? Array(repeating: population.biases[0], count: count) : population.biases
    layer[Loihi2Layout.bias] = .dataset(.list(values))
  }

  private static func neuron(
    _ population: Population, _ place: Location
  ) throws(ExportError) -> HDF5Group {
    let threshold = try Loihi2NeuronRule.threshold(of: population, at: place)
    func number(_ value: Int32) -> HDF5Group.Member { .dataset(.scalar(value)) }
    return HDF5Group([
      Loihi2Layout.type: text(Loihi2Layout.neuronType),
      Loihi2Layout.currentDecay: number(population.currentDecay),
      Loihi2Layout.membraneDecay: number(population.membraneDecay),
      Loihi2Layout.threshold: number(threshold),
      Loihi2Layout.refractoryDelay: number(Loihi2Layout.refractorySteps),
      Loihi2Layout.gradedSpike: number(0),
    ])
  }
}
