import SpikeBundle
import SpikeDiagnostics
import SpikeGraph

// Nodes with weights: spikes in, currents out.
extension GraphLowering {
  mutating func convolve(
    _ spikes: Spikes, _ geometry: Convolution, _ node: Node, _ place: Location
  ) throws(ExportError) -> Signal {
    guard spikes.shape.count == 3, !spikes.isFlat,
      let output = shapes[node.output].flatMap(InputLowering.lifted)
    else {
      throw ExportError(
        .unsupportedTopology, "A convolution reads a vector that was a map before.", at: place,
        fix: "remove the flattening in front of it")
    }
    let isLine = geometry.kernel.count == 1
    func lifted(_ values: [Int], _ first: Int) -> [Int] { isLine ? [first] + values : values }
    let weight = try weights(of: node, place)
    let kernel = lifted(geometry.kernel, 1)
    let inputs = spikes.mapShape[0] / geometry.groups
    let projection = try projection(
      node, spikes, weight, shape: [output[0], inputs] + kernel,
      kind: .convolution(
        strides: lifted(geometry.strides, 1), padsBefore: lifted(geometry.padsBefore, 0),
        padsAfter: lifted(geometry.padsAfter, 0), dilations: lifted(geometry.dilations, 1),
        groups: geometry.groups), place)
    return .currents(try currents(projection, spikes, output, node, weight.scale, place))
  }

  mutating func multiply(
    _ spikes: Spikes, _ node: Node, _ place: Location
  ) throws(ExportError) -> Signal {
    guard let x = shapes[node.inputs[0]], let y = shapes[node.output], x.rank == 1 else {
      throw ExportError(
        .unsupportedTopology, "A linear layer works on the last axis of a map only.", at: place,
        fix: "flatten in front of it, or use a 1x1 convolution")
    }
    let weight = try weights(of: node, place)
    let projection = try projection(
      node, spikes, weight, shape: [y[0], x[0]], kind: .dense, place)
    return .currents(try currents(projection, spikes, [y[0]], node, weight.scale, place))
  }

  /// Recurrent synapses: a projection of a population to itself.
  mutating func recur(
    _ spikes: Spikes, _ node: Node, divisor: Int, target: Int, _ place: Location
  ) throws(ExportError) {
    guard node.parameters[.recurrence] != nil else { return }
    guard divisor == 1 else {
      throw ExportError(
        .unsupportedTopology,
        "Neurons with recurrent synapses stand behind a mean of \(divisor): their thresholds are "
          + "multiplied by it, and their recurrent weights are not.", at: place,
        fix: "use a sum pool in front of them")
    }
    let weight = try weights(of: node, place, role: .recurrence)
    let count = spikes.shape.reduce(1, *)
    var projection = try projection(
      node, spikes, weight, shape: [count, count], kind: .dense, place)
    projection.name = uniqueName("\(node.name).recurrence")
    projection.target = target
    projections.append(projection)
  }

  /// An affine node in front of neurons: one synapse for each neuron.
  mutating func scale(
    _ spikes: Spikes, _ node: Node, _ place: Location
  ) throws(ExportError) -> Signal {
    let channels = spikes.mapShape[0]
    func perChannel(_ role: ParameterRole, default missing: Int32) throws(ExportError) -> [Int32] {
      guard let tensor = model.graph.constant(role, of: node) else {
        return Array(repeating: missing, count: channels)
      }
      let values = try IntegerConstant.values(tensor, role.rawValue, at: place)
      if values.count == 1 { return Array(repeating: values[0], count: channels) }
      let isPerChannel =
        tensor.shape[0] == channels && values.count == channels && !spikes.isFlat
        && tensor.shape.rank == shapes[node.inputs[0]]?.rank
      guard isPerChannel else {
        throw ExportError(
          .unsupportedTopology,
          "The \(role.rawValue) has shape \(tensor.shape); one number or one per channel is "
            + "allowed.", at: place, fix: "fold it into the layer in front")
      }
      return values
    }
    let factors = try perChannel(.scale, default: 1)
    let shift = try perChannel(.shift, default: 0)
    var result = try oneToOne(spikes, factors: factors, node, place)
    for channel in result.biases.indices where channels == result.biases.count {
      result.biases[channel] = try IntegerConstant.product(
        shift[channel], result.divisor, "shift", at: place)
    }
    return .currents(result)
  }

  /// Spikes that reach neurons without synapses of the model: a 1x1 convolution per channel.
  mutating func oneToOne(
    _ spikes: Spikes, factors: [Int32], _ node: Node, _ place: Location
  ) throws(ExportError) -> Currents {
    guard spikes.shape.count == 3, !spikes.isFlat else {
      throw ExportError(
        .unsupportedTopology, "Spikes of a vector reach neurons without synapses.", at: place,
        fix: "put a linear layer between the two populations")
    }
    let channels = spikes.mapShape[0]
    let (books, indices) = try codebooks.encode(
      factors, channels: channels, codebook: nil, at: place)
    let projection = Projection(
      name: uniqueName("\(node.name).identity"), sources: spikes.sources, target: 0,
      pooling: spikes.pooling,
      kind: .convolution(
        strides: [1, 1], padsBefore: [0, 0], padsAfter: [0, 0], dilations: [1, 1],
        groups: channels),
      weightShape: [channels, 1, 1, 1], codebooks: books, indices: indices,
      delay: spikes.projectionDelays.longest, sourceDelays: spikes.projectionDelays.each)
    return Currents(
      projections: [projection], shape: spikes.mapShape,
      biases: Array(repeating: 0, count: channels), divisor: spikes.divisor, unit: spikes.unit)
  }

  private struct Weights {
    let values: [Int32]
    let codebook: WeightCodebook?
    let place: Location
    var scale: Float { codebook?.scale ?? 1 }
  }

  private func weights(
    of node: Node, _ place: Location, role: ParameterRole = .weight
  ) throws(ExportError) -> Weights {
    let name = node.parameters[role]
    let here = Location(tensor: name).filled(from: place)
    guard let name, let tensor = model.graph.constants[name] else {
      throw ExportError(
        .invalidGraph, "The node has no \(role.rawValue).", at: place,
        fix: "make the model file again with sfconv fit")
    }
    return Weights(
      values: try IntegerConstant.values(tensor, role.rawValue, at: here),
      codebook: model.codebooks[name], place: here)
  }

  private mutating func projection(
    _ node: Node, _ spikes: Spikes, _ weight: Weights, shape: [Int], kind: Projection.Kind,
    _ place: Location
  ) throws(ExportError) -> Projection {
    if let range = target.limits.weights,
      let bad = weight.values.first(where: { !range.contains($0) })
    {
      throw limit("weight", bad, range, at: weight.place, "fit with --target \(target.name)")
    }
    let (books, indices) = try codebooks.encode(
      weight.values, channels: shape[0], codebook: weight.codebook, at: weight.place)
    return Projection(
      name: uniqueName(node.name), sources: spikes.sources, target: 0, pooling: spikes.pooling,
      kind: kind, weightShape: shape, codebooks: books, indices: indices,
      delay: spikes.projectionDelays.longest, sourceDelays: spikes.projectionDelays.each)
  }

  private func currents(
    _ projection: Projection, _ spikes: Spikes, _ shape: [Int], _ node: Node, _ scale: Float,
    _ place: Location
  ) throws(ExportError) -> Currents {
    var biases = Array(repeating: Int32(0), count: shape[0])
    if let tensor = model.graph.constant(.bias, of: node) {
      let values = try IntegerConstant.values(
        tensor, "bias", at: Location(tensor: node.parameters[.bias]).filled(from: place))
      for (index, value) in values.enumerated() {
        biases[index] = try IntegerConstant.product(value, spikes.divisor, "bias", at: place)
      }
    }
    // What 1 of the sum means: the weight's scale times what one spike means; behind a sum pool
    // that stands for a mean, a window's share of it.
    let window = spikes.window[0] * spikes.window[1]
    return Currents(
      projections: [projection], shape: shape, biases: biases, divisor: spikes.divisor,
      unit: scale * spikes.unit / Float(window))
  }

  func uniqueName(_ wanted: String) -> String {
    let base = wanted.isEmpty ? "synapses" : wanted
    var name = base
    var number = 2
    while projections.contains(where: { $0.name == name }) {
      name = "\(base).\(number)"
      number += 1
    }
    return name
  }

  func limit(
    _ what: String, _ value: Int32, _ range: ClosedRange<Int32>, at place: Location, _ fix: String
  ) -> ExportError {
    ExportError(
      .limitExceeded,
      "The \(what) is \(value); '\(target.name)' holds \(range.lowerBound)…\(range.upperBound).",
      at: place, fix: fix)
  }
}
