/// Finds the recurrent layers of a network: those that read one population and feed it alone.
///
/// snnTorch writes recurrence as a circle LIF, Linear, LIF, in a
/// subgraph or around one. A layer of synapses that reads a population and feeds nothing but the same
/// one is always such a circle.
enum NIRFeedback {
  private static let populations: Set = ["IF", "LIF", "CubaLIF"]

  /// The recurrent layers of each population among the nodes that are used.
  /// - Complexity: O(nodes · length of chains of doors).
  static func layers(
    of used: Set<String>, _ outline: NIROutline, _ targets: [String: [String]]
  ) -> [String: [String]] {
    var layers: [String: [String]] = [:]
    for name in used.sorted() {
      guard ["Linear", "Affine"].contains(outline.nodes[name]?.type) else { continue }
      let sources = behindDoors(name, outline) { outline.sources[$0] ?? [] }
      let readers = behindDoors(name, outline) { targets[$0] ?? [] }
      guard sources.count == 1, sources == readers, let population = sources.first,
        let type = outline.nodes[population]?.type, populations.contains(type)
      else { continue }
      layers[population, default: []].append(name)
    }
    return layers
  }

  /// The nodes next to a node, in one direction, through the doors of subgraphs.
  private static func behindDoors(
    _ name: String, _ outline: NIROutline, _ next: (String) -> [String]
  ) -> Set<String> {
    var found: Set<String> = []
    var visited: Set<String> = []
    var pending = next(name)
    while let other = pending.popLast() {
      guard visited.insert(other).inserted else { continue }
      if outline.nodes[other]?.type == NIROutline.passage {
        pending += next(other)
      } else {
        found.insert(other)
      }
    }
    return found
  }
}
