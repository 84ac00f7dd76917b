/// The order in which `nirtorch.load` (2.6), the executor of norse, sinabs and rockpool, runs nodes:
/// depth first, each node when it is first reached, also where another of its inputs is still to come.
struct NIRExecutionOrder {
  private let order: [String]
  private let edges: [(source: String, target: String)]

  /// The order of a graph; successors are visited in the order of their edges.
  /// - Complexity: O(edges).
  init(of edges: [(source: String, target: String)], from first: String) {
    var successors: [String: [String]] = [:]
    for edge in edges { successors[edge.source, default: []].append(edge.target) }
    var visited: Set<String> = []
    var order: [String] = []
    var pending = [first]
    while let node = pending.popLast() {
      guard visited.insert(node).inserted else { continue }
      order.append(node)
      pending += (successors[node] ?? []).reversed()
    }
    self.order = order
    self.edges = edges
  }

  /// A node that runs before one of its inputs, or whose result the executor takes for the output
  /// though it is not; nil where everything runs as it should.
  var firstTooEarly: String? {
    var place: [String: Int] = [:]
    for (index, name) in order.enumerated() { place[name] = index }
    if let early = edges.first(where: { place[$0.source] ?? 0 > place[$0.target] ?? 0 }) {
      return early.target
    }
    guard let last = edges.last else { return nil }
    let isLast = order.last == last.target && order.dropLast().last == last.source
    return isLast ? nil : order.last
  }
}
