/// Name of an edge: an activation or a constant.
public typealias ValueName = String

/// What a constant means to its node.
public enum ParameterRole: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
  case weight, bias, scale, shift, mean, variance, threshold
  /// Which slices a ``Operator/gather(axis:)`` takes; not a parameter of the network.
  case indices
  /// Recurrent synapses of a population of N neurons, `[N, N]` (post x pre, both in row-major order):
  /// they add W s[t - 1] to the currents of step t, with no spikes before the first step.
  case recurrence
  /// Factor on the potentials of a population per step, `[]`, in place of
  /// ``Neuron/membraneDecay``: only while it is learned, never in a file.
  case decay
  /// Real current of integer 1, `[]` or `[C]`, for populations with ``Neuron/fractionBits``; without
  /// it that is 1. Only in training, never in a file.
  case unit

  /// Order of declaration; makes listings and files deterministic.
  public static func < (first: ParameterRole, second: ParameterRole) -> Bool {
    let order = ParameterRole.allCases
    return (order.firstIndex(of: first) ?? 0) < (order.firstIndex(of: second) ?? 0)
  }
}

/// One use of an operator: named inputs in, one named value out.
public struct Node: Hashable, Sendable, Codable {
  /// Unique name, from the source file where it has one.
  public var name: String
  /// What it does.
  public var `operator`: Operator
  /// Activations that it reads, in order.
  public var inputs: [ValueName]
  /// Constants that it reads, by meaning; names refer to ``Graph/constants``.
  public var parameters: [ParameterRole: ValueName]
  /// The value that it makes.
  public var output: ValueName

  /// Makes a node.
  public init(
    name: String, operator: Operator, inputs: [ValueName],
    parameters: [ParameterRole: ValueName] = [:], output: ValueName
  ) {
    self.name = name
    self.operator = `operator`
    self.inputs = inputs
    self.parameters = parameters
    self.output = output
  }
}

/// A value that enters the network.
public struct GraphInput: Hashable, Sendable, Codable {
  /// Name of the value.
  public var name: ValueName
  /// Shape of one sample.
  public var shape: Shape

  /// Makes an input.
  public init(name: ValueName, shape: Shape) {
    self.name = name
    self.shape = shape
  }
}

/// A network: nodes in an order in which every value is made before it is read.
///
/// ANN and SNN are the same type; an SNN has ``Operator/neuron(_:)`` nodes where the ANN has
/// activation functions. Shapes are per sample (no batch axis).
public struct Graph: Equatable, Sendable, Codable {
  /// Name for people.
  public var name: String
  /// The one activation input of the networks that sfconv handles is `inputs[0]`.
  public var inputs: [GraphInput]
  /// Names of the values that leave the network.
  public var outputs: [ValueName]
  /// Nodes, topologically ordered.
  public var nodes: [Node]
  /// Weights and other constants by name.
  public var constants: [ValueName: Tensor]

  /// Makes a graph.
  public init(
    name: String = "", inputs: [GraphInput] = [], outputs: [ValueName] = [], nodes: [Node] = [],
    constants: [ValueName: Tensor] = [:]
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.nodes = nodes
    self.constants = constants
  }

  /// The first population with recurrent synapses; nil in a network that runs forward only.
  public var firstRecurrentNode: Node? {
    nodes.first { $0.operator.isNeuron && $0.parameters[.recurrence] != nil }
  }

  /// The constant of a node in a role, if it has one.
  public func constant(_ role: ParameterRole, of node: Node) -> Tensor? {
    node.parameters[role].flatMap { constants[$0] }
  }

  /// Indices of the nodes that read a value, in order.
  /// - Complexity: O(nodes).
  public func readers(of value: ValueName) -> [Int] {
    nodes.indices.filter { nodes[$0].inputs.contains(value) }
  }

  /// Index of the node that makes a value; nil for inputs and constants.
  /// - Complexity: O(nodes).
  public func producer(of value: ValueName) -> Int? {
    nodes.firstIndex { $0.output == value }
  }

  /// Number of elements in all constants that are weights or biases.
  public var parameterCount: Int {
    var names: Set<ValueName> = []
    for node in nodes {
      for (role, name) in node.parameters where role != .threshold && role != .indices {
        names.insert(name)
      }
    }
    return names.reduce(0) { $0 + (constants[$1]?.count ?? 0) }
  }
}
