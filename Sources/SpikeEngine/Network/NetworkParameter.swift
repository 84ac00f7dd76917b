public import SpikeGraph

/// A constant of a network that training can change.
public struct NetworkParameter: Hashable, Sendable {
  /// Name of the node that uses it.
  public var node: String
  /// What it means to the node.
  public var role: ParameterRole
  /// Name of the constant.
  public var name: ValueName
  /// Shape in the graph, which is also the order of values and gradients.
  public var shape: Shape
  /// Where its values lie in ``Network/parameterMemory``, in the order of the engine.
  public var range: Range<Int>

  /// Makes a description.
  public init(
    node: String, role: ParameterRole, name: ValueName, shape: Shape, range: Range<Int>
  ) {
    self.node = node
    self.role = role
    self.name = name
    self.shape = shape
    self.range = range
  }
}
