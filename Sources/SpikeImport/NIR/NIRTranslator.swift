import SpikeDiagnostics
import SpikeGraph

/// Turns the nodes of a NIR file into those of a graph, one after the other.
struct NIRTranslator {
  private(set) var graph: Graph
  private(set) var findings: [Finding] = []
  private let options: NIRImportOptions
  /// Where the value of each node of the file is, and its shape.
  private var values: [String: (name: ValueName, shape: Shape)] = [:]

  init(input: ValueName, shape: Shape, _ options: NIRImportOptions) {
    graph = Graph(inputs: [GraphInput(name: input, shape: shape)])
    self.options = options
  }

  /// Says where the value of a node is, for input nodes.
  mutating func setInput(_ node: String) {
    guard let input = graph.inputs.first else { return }
    values[node] = (input.name, input.shape)
  }

  /// Ends the graph with the value of a node and returns its shape.
  mutating func finish(with node: String) -> Shape? {
    guard let value = values[node] else { return nil }
    graph.outputs = [value.name]
    return value.shape
  }

  /// Makes the last layer a read-out: neurons that integrate and do not spike.
  /// - Throws: `nir.unsupported-use` where the output is no layer of synapses or neurons.
  mutating func endWithPotential() throws(NIRError) {
    guard let output = graph.outputs.first, let index = graph.producer(of: output) else { return }
    let node = graph.nodes[index]
    guard node.parameters[.recurrence] == nil else {
      throw NIRError(
        .unsupportedUse, "The last neurons have recurrent synapses, which need their spikes.",
        at: Location(node: node.name, operator: node.operator.name),
        fix: "leave --read-out out")
    }
    var message = "The network ends in neurons that integrate without spiking, as was asked."
    switch node.operator {
    case .neuron(var neuron) where neuron.spikes:
      // Without a threshold, an IF neuron is an integrator without leak.
      if !neuron.leaks { neuron.membraneDecay = 1 }
      if !neuron.keepsCurrent { neuron.currentDecay = 0 }
      neuron.model = .leakyIntegrator
      graph.nodes[index].operator = .neuron(neuron)
      if let name = graph.nodes[index].parameters.removeValue(forKey: .threshold) {
        graph.constants[name] = nil
      }
      message += " In the file they spike."
    case .neuron: return
    case .linear, .convolution:
      graph.nodes.append(
        Node(
          name: "\(node.name).read-out", operator: .neuron(Neuron(.leakyIntegrator)),
          inputs: [output], output: "\(node.name).read-out"))
      graph.outputs = ["\(node.name).read-out"]
    default:
      throw NIRError(
        .unsupportedUse, "The network ends in \(node.operator.name), which has no potential.",
        at: Location(node: node.name, operator: node.operator.name),
        fix: "leave --read-out out")
    }
    findings.append(
      Finding(.note, code: "nir.read-out", message: message, location: Location(node: node.name)))
  }

  /// Translates a node that reads others, or the input of the graph where it reads none.
  /// - Throws: any code of the primitives; `nir.shape-mismatch`.
  mutating func add(
    _ node: NIRNode, _ primitive: NIRPrimitive, reading sources: [String]
  ) throws(NIRError) {
    var value = try sum(sources, for: node)
    let translation = try primitive.build(node, value.shape, options)
    findings += translation.findings
    for (index, layer) in translation.layers.enumerated() {
      let isLast = index == translation.layers.count - 1
      let name = isLast ? node.name : "\(node.name).current"
      var parameters: [ParameterRole: ValueName] = [:]
      for (role, tensor) in layer.parameters {
        parameters[role] = "\(name).\(role.rawValue)"
        graph.constants["\(name).\(role.rawValue)"] = tensor
      }
      let made = Node(
        name: name, operator: layer.operator, inputs: [value.name], parameters: parameters,
        output: outputName(name))
      value = (made.output, try shape(of: made, [value.shape], node))
      graph.nodes.append(made)
    }
    values[node.name] = value
  }

  /// The input of a node: several values that arrive at it are added.
  private mutating func sum(
    _ sources: [String], for node: NIRNode
  ) throws(NIRError) -> (name: ValueName, shape: Shape) {
    let inputs = sources.compactMap { values[$0] }
    guard let first = inputs.first else {
      guard let input = graph.inputs.first else { preconditionFailure("a graph has an input") }
      return (input.name, input.shape)
    }
    guard inputs.count > 1 else { return first }
    let made = Node(
      name: "\(node.name).sum", operator: .add, inputs: inputs.map(\.name),
      output: outputName("\(node.name).sum"))
    let shape = try shape(of: made, inputs.map(\.shape), node)
    graph.nodes.append(made)
    return (made.output, shape)
  }

  /// A value is called as the node that makes it, unless the input has that name.
  private func outputName(_ name: String) -> ValueName {
    graph.inputs.first?.name == name ? "\(name).output" : name
  }

  /// The shape that a node makes, by the rules of the graph.
  private func shape(
    of made: Node, _ inputs: [Shape], _ node: NIRNode
  ) throws(NIRError) -> Shape {
    var alone = made
    let names = inputs.indices.map { "\(made.output) operand \($0)" }
    alone.inputs = names
    var constants: [ValueName: Tensor] = [:]
    for name in made.parameters.values { constants[name] = graph.constants[name] }
    let graph = Graph(
      inputs: zip(names, inputs).map { GraphInput(name: $0, shape: $1) },
      outputs: [], nodes: [alone], constants: constants)
    do throws(GraphError) {
      return try graph.inferredShapes()[made.output] ?? []
    } catch {
      throw NIRError(
        .shapeMismatch, error.message, at: node.location,
        fix: error.fix ?? "make the sizes of the layers fit", cause: nil)
    }
  }
}
