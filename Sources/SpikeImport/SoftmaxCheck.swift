import SpikeGraph

/// A softmax may only be the end of a network.
enum SoftmaxCheck {
  /// The first node that computes with the result of a softmax. What only gives the result another shape
  /// may follow.
  /// - Complexity: O(nodes).
  static func readerOfSoftmax(in graph: Graph) -> Node? {
    var producers: [ValueName: Operator] = [:]
    for node in graph.nodes {
      for name in node.inputs {
        guard case .softmax? = producers[name] else { continue }
        guard case .reshape = node.operator else { return node }
        producers[node.output] = producers[name]
      }
      if producers[node.output] == nil { producers[node.output] = node.operator }
    }
    return nil
  }
}
