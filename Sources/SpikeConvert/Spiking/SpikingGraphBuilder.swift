import SpikeDiagnostics
import SpikeGraph

/// Builds the SNN: activations become populations, and every value gets a unit.
///
/// The network keeps its nodes and weights; what moves are thresholds and biases: with u the unit of
/// a layer's input, θ' = θ / u and b' = b / u. Where two units meet that differ (a residual addition,
/// a threshold per channel), rows or columns of weights are scaled, and that is reported.
struct SpikingGraphBuilder {
  /// The result under construction.
  private(set) var graph: Graph
  /// What the user should know.
  private(set) var findings: [Finding] = []
  let thresholds: [String: LayerThreshold]
  let options: ConvertOptions
  let shapes: [ValueName: Shape]
  var units: [ValueName: ValueUnit] = [:]
  /// What 1 of each population's input current stands for, by node name, one for each channel.
  var currentUnits: [String: [Float]] = [:]
  /// Values that carry currents of a projection, not spikes; a projection that reads one has no
  /// neurons in between.
  private var currents: Set<ValueName> = []

  /// - Parameters:
  ///   - ann: The network after all passes.
  ///   - thresholds: Threshold of each activation node, by name.
  init(
    _ ann: Graph, thresholds: [String: LayerThreshold], options: ConvertOptions
  ) throws(ConvertError) {
    do throws(GraphError) {
      shapes = try ann.inferredShapes()
    } catch {
      throw ConvertError(.invalidGraph, "The network is not whole.", cause: error)
    }
    graph = ann
    self.thresholds = thresholds
    self.options = options
    for input in ann.inputs { units[input.name] = .uniform(1) }
  }

  /// Visits all nodes, adds the read-out, and returns the unit of the potentials it gives: logits =
  /// unit · potential / time steps.
  mutating func build() throws(ConvertError) -> Float {
    var index = 0
    while index < graph.nodes.count {
      let count = graph.nodes.count
      try visit(index)
      index += 1 + graph.nodes.count - count
    }
    let output = graph.outputs[0]
    guard let unit = units[output]?.uniform else {
      throw conflict(
        "The outputs of the network have different units.", at: graph.producer(of: output) ?? 0)
    }
    addReadOut(output)
    graph.dropUnusedConstants()
    return unit
  }

  private mutating func visit(_ index: Int) throws(ConvertError) {
    let node = graph.nodes[index]
    let operands = node.inputs.map { self.unit(of: $0) }
    let unit: ValueUnit = operands[0]
    let carriesCurrent = node.inputs.contains { currents.contains($0) }
    switch node.operator {
    case .convolution, .linear:
      units[node.output] = try project(index, unit)
      if carriesCurrent {
        warnNotDeployable(
          node, "It reads currents of another projection: no neurons stand in between.")
      }
      currents.insert(node.output)
      return
    case .relu, .clip:
      units[node.output] = try addNeurons(index, unit)
      return
    case .affine: try applyAffine(index, unit)
    case .add: try add(index, operands)
    case .concatenate(let axis): units[node.output] = join(node, operands, axis)
    case .maxPool, .averagePool, .sumPool: try pool(index, unit)
    case .reshape: units[node.output] = unit
    case .transpose(let order): units[node.output] = transpose(node, unit, order)
    case .pad(_, _, let value): try pad(index, unit, value)
    case .gather(let axis): units[node.output] = gather(node, unit, axis)
    case .batchNormalization, .quantize, .leakyRelu, .multiply, .pointwise, .softmax, .delay,
      .neuron:
      throw ConvertError(
        .unsupportedOperator, "\(node.operator.name) cannot be converted here.",
        at: Location(node: node.name, operator: node.operator.name))
    }
    if carriesCurrent { currents.insert(node.output) }
  }

  private func unit(of value: ValueName) -> ValueUnit { units[value] ?? .uniform(1) }

  /// The integrator behind the last layer takes over the name of the network's output.
  private mutating func addReadOut(_ output: ValueName) {
    let current = graph.freshName("\(output).current")
    if let producer = graph.producer(of: output) { graph.nodes[producer].output = current }
    graph.replaceUses(of: output, by: current)
    graph.nodes.append(
      Node(
        name: graph.freshName("readout"), operator: .neuron(Neuron(.leakyIntegrator)),
        inputs: [current], output: output))
    graph.outputs = [output]
  }

  // MARK: Words for the operators in the other files

  mutating func edit(_ change: (inout Graph) -> Void) { change(&graph) }

  mutating func report(_ finding: Finding) { findings.append(finding) }

  mutating func warnNotDeployable(
    _ node: Node, _ message: String,
    fix: String = "put a ReLU there and retrain, or remove the operation"
  ) {
    findings.append(
      Finding(
        .warning, code: ConvertFinding.notDeployable.rawValue,
        message: "\(message) Simulators run this; chips do not.",
        location: Location(node: node.name, operator: node.operator.name),
        fix: fix))
  }

  func conflict(_ message: String, at index: Int) -> ConvertError {
    let node = graph.nodes[index]
    return ConvertError(
      .scaleConflict, message, at: Location(node: node.name, operator: node.operator.name),
      fix: "convert with one threshold per layer and batch normalisation in the weights")
  }
}
