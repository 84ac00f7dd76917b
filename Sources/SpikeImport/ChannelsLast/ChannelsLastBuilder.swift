import SpikeDiagnostics
import SpikeGraph

/// Builds a graph from the layers of a file that puts channels last (TFLite, Keras).
///
/// Everything it takes has the layout of the file; what it throws are the errors of shape inference,
/// which the dialects say in their own codes.
struct ChannelsLastBuilder {
  /// The graph so far.
  private(set) var graph: Graph
  private var names: Set<String> = []
  private var nameCounters: [String: Int] = [:]

  /// Axes of a value.
  static let rankLimit = 8

  /// A graph without nodes and its input.
  /// - Parameter keepsOrder: whether an input of two axes stays as it is; one of three is an image.
  init(input name: String, shape: Shape, keepsOrder: Bool) {
    let isChannelsFirst = shape.rank > 2 || (shape.rank == 2 && !keepsOrder)
    input = ChannelsLastValue(
      name: name, shape: shape, layout: isChannelsFirst ? .channelsFirst : .asInFile)
    graph = Graph(inputs: [GraphInput(name: name, shape: input.graphShape)])
    names.insert(name)
  }

  /// What enters the network.
  let input: ChannelsLastValue

  /// The graph that ends with a value, simplified.
  func finished(with output: ChannelsLastValue) -> Graph {
    var result = graph
    result.outputs = [output.name]
    return GraphSimplifier.simplified(result)
  }

  /// Appends one operator and returns the name and shape of what it makes, in the graph's layout.
  mutating func append(
    _ operation: Operator, _ stem: String, reading inputs: [ChannelsLastValue],
    _ parameters: [ParameterRole: Tensor] = [:]
  ) throws(GraphError) -> (name: ValueName, shape: Shape) {
    let name = unusedName(names.contains(stem) ? "\(stem).\(operation.name)" : stem)
    var places: [ParameterRole: ValueName] = [:]
    for role in parameters.keys.sorted() {
      let place = unusedName("\(name).\(role.rawValue)")
      places[role] = place
      graph.constants[place] = parameters[role]
    }
    let node = Node(
      name: name, operator: operation, inputs: inputs.map(\.name), parameters: places, output: name)
    let shape = try outputShape(of: node, inputs, parameters)
    graph.nodes.append(node)
    return (name, shape)
  }

  /// Appends an operator that keeps the shape of its input.
  mutating func appendElementwise(
    _ operation: Operator, _ stem: String, reading input: ChannelsLastValue,
    _ parameters: [ParameterRole: Tensor] = [:]
  ) throws(GraphError) -> ChannelsLastValue {
    var result = input
    result.name = try append(operation, stem, reading: [input], parameters).name
    return result
  }

  /// Appends an operator over the axes of an image; the result is channels first as well.
  mutating func appendSpatial(
    _ operation: Operator, _ stem: String, reading input: ChannelsLastValue,
    _ parameters: [ParameterRole: Tensor] = [:]
  ) throws(GraphError) -> ChannelsLastValue {
    let source = try channelsFirst(input, stem)
    let made = try append(operation, stem, reading: [source], parameters)
    return ChannelsLastValue(
      name: made.name, shape: Shape(made.shape.dimensions.dropFirst() + [made.shape[0]]),
      layout: .channelsFirst)
  }

  /// Shape inference of one node, as a graph of its own.
  private func outputShape(
    of node: Node, _ operands: [ChannelsLastValue], _ parameters: [ParameterRole: Tensor]
  ) throws(GraphError) -> Shape {
    var inputs: [GraphInput] = []
    for operand in operands where !inputs.contains(where: { $0.name == operand.name }) {
      inputs.append(GraphInput(name: operand.name, shape: operand.graphShape))
    }
    var constants: [ValueName: Tensor] = [:]
    for (role, name) in node.parameters { constants[name] = parameters[role] }
    let alone = Graph(inputs: inputs, outputs: [node.output], nodes: [node], constants: constants)
    let shape = try alone.inferredShapes()[node.output] ?? []
    guard shape.elementCount > 0, shape.rank <= ChannelsLastBuilder.rankLimit else {
      throw GraphError(.shapeMismatch, "The result \(shape) has no elements or too many axes.")
    }
    return shape
  }

  /// `wanted`, with a number behind it where it is taken.
  private mutating func unusedName(_ wanted: String) -> String {
    if names.insert(wanted).inserted { return wanted }
    var number = nameCounters[wanted] ?? 1
    while true {
      number += 1
      nameCounters[wanted] = number
      if names.insert("\(wanted)_\(number)").inserted { return "\(wanted)_\(number)" }
    }
  }
}
