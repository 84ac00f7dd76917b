import SpikeDiagnostics
import SpikeGraph

extension Pass {
  /// Nodes that the output does not depend on cost neurons and change nothing.
  static let removeUnusedNodes = Pass(
    "remove-unused-nodes", summary: "drops nodes that the output does not depend on, and says so"
  ) { state in
    var needed = Set(state.graph.outputs)
    var kept: [Node] = []
    var dropped: [Node] = []
    for node in state.graph.nodes.reversed() {
      if needed.contains(node.output) {
        needed.formUnion(node.inputs)
        kept.append(node)
      } else {
        dropped.append(node)
      }
    }
    guard let first = dropped.last else { return }
    state.graph.nodes = kept.reversed()
    state.graph.dropUnusedConstants()
    let names = dropped.reversed().map { "'\($0.name)'" }
    state.report(
      .unusedNodes, at: first,
      "The output does not depend on \(names.prefix(8).joined(separator: ", "))"
        + (names.count > 8 ? " and \(names.count - 8) more" : "") + "; dropped.",
      fix: "check that the network was exported whole")
  }
}
