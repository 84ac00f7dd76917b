import SpikeDiagnostics
import SpikeGraph

/// A spiking graph in the form in which it is trained: the target's neuron semantics, every driven
/// population with threshold 1, a bias wherever the target has one.
///
/// A neuron's equation may be divided by any positive number: weights into it, bias, threshold and
/// potential together; the spikes stay the same. So thresholds, per layer or per channel, are
/// folded into the rows of the projections.
struct NormalForm: Sendable, Codable {
  var graph: Graph
  /// x = inputScale · (raw >> (8 - bits)).
  var inputScale: Float
  var inputBits: Int

  /// Brings a model into normal form.
  /// - Parameter thresholdFactor: Factor on the thresholds of all populations; what their spikes
  ///   stand for grows with it, so that drive and read-out keep their meaning.
  /// - Throws: `fit.not-spiking`, `fit.already-fitted`, `fit.unsupported-encoding`,
  ///   `fit.unsupported-structure`, `fit.unsupported-leak`.
  init(_ model: Model, options: FitOptions, thresholdFactor: Float) throws(FitError) {
    let target = options.target
    guard model.stage != .fitted else {
      throw FitError(
        .alreadyFitted, "The model has been fitted: its weights are integers already.",
        fix: "fit the converted model that it came from")
    }
    guard model.graph.nodes.contains(where: { $0.operator.isNeuron }) else {
      throw FitError(
        .notSpiking, "The model has no neuron populations: it is an ANN.",
        fix: "convert it first: sfconv convert")
    }
    (inputScale, inputBits) = try NormalForm.encoding(model.encoding, bits: target.inputBits)
    graph = model.graph
    try NormalForm.checkConstants(graph)
    NormalForm.weighBranches(&graph)
    if let semantics = target.semantics { NormalForm.rewrite(&graph, semantics) }
    NormalForm.setLeaks(&graph, options.leak)
    try NormalForm.checkLeaks(graph, target)
    try checkNeurons()
    let structure = try NetworkStructure(graph, inputUnit: Double(inputScale))
    try foldThresholds(structure)
    if target.biasRange == 0...0 { dropBiases(structure) } else { addBiases(structure) }
    scaleThresholds(structure, by: thresholdFactor)
    let used = Set(graph.nodes.flatMap(\.parameters.values))
    graph.constants = graph.constants.filter { used.contains($0.key) }
  }

  /// The encoding of integers: scale of one step of the reduced raw value.
  private static func encoding(
    _ encoding: InputEncoding, bits: Int
  ) throws(FitError) -> (Float, Int) {
    let fix = "give the network raw values times one factor: move the shift into the first bias"
    guard encoding.offset.allSatisfy({ $0 == 0 }) else {
      throw FitError(
        .unsupportedEncoding,
        "The input is shifted by \(encoding.offset); graded spikes have no offset: it must be 0.",
        fix: fix)
    }
    guard let scale = encoding.scale.first, encoding.scale.allSatisfy({ $0 == scale }),
      scale.isFinite, scale > 0
    else {
      throw FitError(
        .unsupportedEncoding,
        "The input scale is \(encoding.scale); allowed is one positive factor for all channels.",
        fix: fix)
    }
    // A model that was fitted in full precision names its bits; a chip may take fewer.
    if let given = encoding.bits {
      return given <= bits ? (scale, given) : (scale * Float(1 << (given - bits)), bits)
    }
    return (scale * Float(1 << (8 - bits)), bits)
  }

  private static func checkConstants(_ graph: Graph) throws(FitError) {
    var owners: [ValueName: String] = [:]
    for node in graph.nodes {
      for (role, name) in node.parameters.sorted(by: { $0.key < $1.key }) {
        let place = Location(node: node.name, operator: node.operator.name, tensor: name)
        if let owner = owners.updateValue(node.name, forKey: name), role != .threshold {
          throw FitError(
            .unsupportedStructure, "The constant is shared with node '\(owner)'.", at: place,
            fix: "give each node its own copy")
        }
        guard let values = graph.constants[name]?.floats() else { continue }
        guard values.allSatisfy({ $0.isFinite }) else {
          throw FitError(
            .unsupportedStructure, "The constant holds values that are not finite.", at: place,
            fix: "repair the imported network")
        }
        if role == .threshold, let bad = values.first(where: { $0 <= 0 }) {
          throw FitError(
            .unsupportedStructure, "A threshold is \(bad); it must be above 0.", at: place,
            fix: "calibrate the conversion on more samples")
        }
      }
    }
  }

  /// Spikes that meet currents without a weight get the weight 1.
  private static func weighBranches(_ graph: inout Graph) {
    var currents: Set<ValueName> = []
    var nodes: [Node] = []
    for node in graph.nodes {
      var node = node
      switch node.operator {
      case .convolution, .linear, .affine: currents.insert(node.output)
      case .neuron, .concatenate: break
      case .add:
        if node.inputs.contains(where: { currents.contains($0) }) {
          for (position, name) in node.inputs.enumerated() where !currents.contains(name) {
            let branch = "\(node.name).branch\(position)"
            graph.constants["\(branch).scale"] = .scalar(1)
            nodes.append(
              Node(
                name: branch, operator: .affine, inputs: [name],
                parameters: [.scale: "\(branch).scale"], output: branch))
            node.inputs[position] = branch
          }
          currents.insert(node.output)
        }
      default:
        if node.inputs.contains(where: { currents.contains($0) }) { currents.insert(node.output) }
      }
      nodes.append(node)
    }
    graph.nodes = nodes
  }

  private static func rewrite(_ graph: inout Graph, _ semantics: FitTarget.Semantics) {
    for index in graph.nodes.indices {
      guard case .neuron(var neuron) = graph.nodes[index].operator, neuron.spikes else { continue }
      neuron.reset = semantics.reset
      neuron.comparator = semantics.comparator
      neuron.initialShare = semantics.initialShare
      graph.nodes[index].operator = .neuron(neuron)
    }
  }

  private func checkNeurons() throws(FitError) {
    for node in graph.nodes {
      guard case .neuron(let neuron) = node.operator, neuron.spikes else { continue }
      if case .toValue(let value) = neuron.reset, value != 0 {
        throw FitError(
          .unsupportedStructure, "The reset value is \(value); allowed is 0.",
          at: Location(node: node.name), fix: "use neurons that reset to 0")
      }
    }
  }

  private mutating func foldThresholds(_ structure: NetworkStructure) throws(FitError) {
    for population in structure.populations {
      let node = graph.nodes[population.node]
      let place = Location(node: node.name, operator: node.operator.name)
      guard structure.populations.filter({ $0.group == population.group }).count == 1 else {
        throw FitError(
          .unsupportedStructure, "Several populations share the currents of one projection.",
          at: place, fix: "give each population its own projection")
      }
      let drivers = structure.projections.filter { $0.group == population.group }
      for driver in drivers {
        let rows = graph.constants[driver.weight]?.shape[0] ?? 0
        guard rows == population.channels else {
          throw FitError(
            .unsupportedStructure,
            "The projection '\(graph.nodes[driver.node].name)' has \(rows) outputs for "
              + "\(population.channels) channels.", at: place,
            fix: "put the population right behind its projection")
        }
      }
      guard population.spikes, !drivers.isEmpty, let name = node.parameters[.threshold],
        let thresholds = graph.constants[name]?.floats()
      else { continue }
      for driver in drivers {
        divideRows(of: [driver.weight, driver.bias].compactMap(\.self), thresholds)
      }
      for branch in structure.branches where branch.group == population.group {
        divideBranch(branch, thresholds, rank: structure.shapes[node.output]?.rank ?? 1)
      }
      let own = "\(node.name).threshold"
      graph.nodes[population.node].parameters[.threshold] = own
      graph.constants[own] = .scalar(1)
    }
  }

  private mutating func divideRows(of names: [ValueName], _ divisors: [Float]) {
    for name in names {
      guard let tensor = graph.constants[name] else { continue }
      var values = tensor.floats()
      let length = max(1, values.count / max(1, tensor.shape[0]))
      for index in values.indices {
        values[index] /= divisors.count == 1 ? divisors[0] : divisors[index / length]
      }
      graph.constants[name] = Tensor(values, shape: tensor.shape)
    }
  }

  private mutating func divideBranch(_ branch: BranchSite, _ divisors: [Float], rank: Int) {
    guard let name = graph.nodes[branch.node].parameters[.scale],
      let tensor = graph.constants[name]
    else { return }
    let values = tensor.floats()
    let count = max(values.count, divisors.count)
    let scaled = (0..<count).map {
      values[values.count == 1 ? 0 : $0] / divisors[divisors.count == 1 ? 0 : $0]
    }
    let shape: Shape =
      count == 1 ? [] : Shape([count] + Array(repeating: 1, count: max(0, rank - 1)))
    graph.constants[name] = Tensor(scaled, shape: shape)
  }

  /// The first projection of each group carries the biases of its population.
  private mutating func addBiases(_ structure: NetworkStructure) {
    for population in structure.populations {
      let drivers = structure.projections.filter { $0.group == population.group }
      // A chip adds biases behind a synaptic current: there a trained one has no place.
      if case .neuron(let neuron) = graph.nodes[population.node].operator, neuron.keepsCurrent {
        continue
      }
      guard let driver = drivers.first, drivers.allSatisfy({ $0.bias == nil }) else { continue }
      let name = "\(graph.nodes[driver.node].name).bias"
      graph.nodes[driver.node].parameters[.bias] = name
      graph.constants[name] = Tensor(
        Array(repeating: 0, count: population.channels), shape: [population.channels])
    }
  }

  /// A chip without biases: those of the model go before training, which makes up for them.
  private mutating func dropBiases(_ structure: NetworkStructure) {
    for projection in structure.projections {
      graph.nodes[projection.node].parameters[.bias] = nil
    }
  }

  private mutating func scaleThresholds(_ structure: NetworkStructure, by factor: Float) {
    guard factor != 1 else { return }
    let spiking = Set(structure.populations.filter(\.spikes).map(\.group))
    let fromInput = valuesFromInput()
    for projection in structure.projections {
      let into: Float = spiking.contains(projection.group) ? factor : 1
      let from: Float =
        graph.nodes[projection.node].inputs.contains { fromInput.contains($0) } ? 1 : factor
      divideRows(of: [projection.weight], [into / from])
      if let bias = graph.nodes[projection.node].parameters[.bias] {
        divideRows(of: [bias], [into])
      }
    }
    for branch in structure.branches where !spiking.contains(branch.group) {
      divideBranch(branch, [1 / factor], rank: 1)
    }
  }

  private func valuesFromInput() -> Set<ValueName> {
    var names = Set(graph.inputs.map(\.name))
    for node in graph.nodes where !node.operator.isNeuron {
      if node.inputs.contains(where: { names.contains($0) }) { names.insert(node.output) }
    }
    return names
  }
}
