import SpikeBundle
import SpikeDiagnostics
import SpikeGraph

/// The walk over the graph: one signal for each value, and the populations found so far.
struct GraphLowering {
  let model: Model
  let target: ExportTarget
  let shapes: [ValueName: Shape]
  var signals: [ValueName: Signal] = [:]
  var populations: [Population] = []
  var projections: [Projection] = []
  var codebooks = CodebookTable()
  private var problems: [ExportError] = []

  init(model: Model, target: ExportTarget, shapes: [ValueName: Shape]) {
    self.model = model
    self.target = target
    self.shapes = shapes
  }

  /// Lowers every node; problems of independent nodes are collected.
  mutating func lower(input: InputPort) throws(ExportError) {
    signals[model.graph.inputs[0].name] = .spikes(
      Spikes(sources: [.input], shape: input.shape, unit: model.encoding.scale.first ?? 1))
    for node in model.graph.nodes {
      do throws(ExportError) {
        signals[node.output] = try lower(node)
      } catch {
        problems.append(error)
        signals[node.output] = .broken
      }
    }
    guard let first = problems.first else { return }
    if problems.count == 1 { throw first }
    throw ExportError(
      first.code, "\(problems.count) nodes cannot be lowered; the first: \(first.message)",
      at: first.location, fix: first.fix,
      findings: problems.map { problem in
        Finding(
          .error, code: problem.codeText, message: problem.message, location: problem.location,
          fix: problem.fix)
      })
  }

  /// The last population must be what the graph gives out.
  func checkReadout(of output: ValueName) throws(ExportError) {
    if case .spikes(let spikes)? = signals[output], let last = populations.indices.last,
      spikes.sources == [.population(last)], spikes.window == [1, 1], spikes.delays.isEmpty
    {
      return
    }
    throw ExportError(
      .unsupportedTopology,
      "The output '\(output)' is not made by the last population of neurons.",
      at: Location(tensor: output),
      fix: "end the network with its read-out (sfconv convert does); cut what comes behind it")
  }

  private mutating func lower(_ node: Node) throws(ExportError) -> Signal {
    let place = Location(node: node.name, operator: node.operator.name)
    var operands: [Signal] = []
    for name in node.inputs {
      guard let signal = signals[name] else { return .broken }
      if case .broken = signal { return .broken }
      operands.append(signal)
    }
    guard let x = operands.first else { return .broken }
    switch node.operator {
    case .convolution(let geometry):
      return try convolve(spikes(x, node, place), geometry, node, place)
    case .linear:
      return try multiply(spikes(x, node, place), node, place)
    case .add:
      return try add(operands, node, place)
    case .affine:
      return try scale(spikes(x, node, place), node, place)
    case .sumPool(let pool):
      return try self.pool(x, pool, divides: false, place)
    case .averagePool(let pool):
      return try self.pool(x, pool, divides: true, place)
    case .reshape(let shape):
      return try reshape(x, to: shape, place)
    case .transpose(let order):
      guard let shape = shapes[node.inputs[0]], keepsOrder(order, of: shape),
        let result = shapes[node.output]
      else {
        throw ExportError(
          .unsupportedOperator, "Transpose changes the order of the neurons.", at: place,
          fix: "keep activations in C, H, W order")
      }
      return try reshape(x, to: result, place)
    case .delay(let steps):
      return try delay(x, by: steps, place)
    case .neuron(let neuron):
      return try populate(x, neuron, node, place)
    case .maxPool:
      throw refusal(
        node, place, "a chip cannot take the largest of several spike trains",
        "convert with max pooling replaced by average pooling, or train with strided convolutions")
    case .softmax:
      throw refusal(
        node, place, "the largest potential is already the largest probability",
        "cut the model before it: convert drops a softmax at the end")
    case .gather:
      throw refusal(
        node, place, "it takes single neurons out of a layer, repeats them or leaves them out",
        "use strided convolutions and layers with all channels in its place")
    case .relu, .clip, .quantize, .leakyRelu, .multiply, .pointwise:
      throw refusal(
        node, place, "it is an activation function of an ANN", "run sfconv convert first")
    case .batchNormalization:
      throw refusal(
        node, place, "it must be folded into threshold and bias", "run sfconv convert first")
    case .pad:
      throw refusal(
        node, place, "a border is a property of a convolution",
        "use the padding of the convolution behind it")
    case .concatenate:
      throw refusal(
        node, place, "a bundle has no joined populations",
        "replace it by a sum, or by one layer with all channels")
    }
  }

  private func refusal(
    _ node: Node, _ place: Location, _ reason: String, _ fix: String
  ) -> ExportError {
    ExportError(
      .unsupportedOperator, "\(node.operator.name) has no place on a chip: \(reason).", at: place,
      fix: fix)
  }

  /// The spikes that synapses read; currents there mean a missing neuron.
  private func spikes(
    _ signal: Signal, _ node: Node, _ place: Location
  ) throws(ExportError) -> Spikes {
    guard case .spikes(let spikes) = signal else {
      throw ExportError(
        .unsupportedTopology, "Two layers of synapses follow each other without neurons between.",
        at: place, fix: "merge the two linear layers, or put neurons between them")
    }
    return spikes
  }

  private func keepsOrder(_ order: [Int], of shape: Shape) -> Bool {
    let moved = order.filter { shape[$0] != 1 }
    return moved == moved.sorted()
  }
}
