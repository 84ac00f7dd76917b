import SpikeGraph

/// Where the constants of a graph lie in the engine's flat parameter memory, and in which order.
struct ParameterLayout: Sendable {
  /// One constant as one operation uses it. A constant that two nodes share has two slots.
  struct Slot: Sendable {
    var node: String
    var role: ParameterRole
    var name: ValueName
    /// Shape in the graph.
    var shape: Shape
    /// Floats in the engine; more than in the graph where a constant was broadcast.
    var range: Range<Int>
    /// For each float of the engine the row-major index in the graph; nil where nothing moves.
    var map: [Int32]?
    /// Whether training changes it by its gradient.
    var isTrainable: Bool { !isStatistic && role != .unit }
    /// Whether training moves it towards what the batch shows.
    var isStatistic: Bool { role == .mean || role == .variance }
  }

  private(set) var slots: [Slot] = []
  /// Floats of all slots with their padding.
  private(set) var count = 0

  /// Adds a constant and returns its place.
  mutating func add(
    _ role: ParameterRole, of node: Node, shape: Shape, map: [Int32]? = nil
  ) -> Range<Int> {
    let floats = map?.count ?? shape.elementCount
    let isIdentity = map.map { floats == shape.elementCount && MemoryOrder.isIdentity($0) }
    let range = count..<count + floats
    slots.append(
      Slot(
        node: node.name, role: role, name: node.parameters[role] ?? "", shape: shape,
        range: range, map: isIdentity == true ? nil : map))
    count += (floats + 15) / 16 * 16
    return range
  }
}
