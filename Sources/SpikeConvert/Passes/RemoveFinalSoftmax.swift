import SpikeDiagnostics
import SpikeGraph

extension Pass {
  /// A softmax or sigmoid at the end says nothing new to an argmax: logits are read from potentials.
  static let removeFinalSoftmax = Pass(
    "remove-final-softmax",
    summary: "takes out softmax or sigmoid at the end; the order of the classes is unchanged"
  ) { state throws(ConvertError) in
    while let index = state.graph.nodes.firstIndex(where: { isSoftmax($0) }) {
      let node = state.graph.nodes[index]
      guard isFinal(node.output, in: state.graph) else {
        throw ConvertError(
          .unsupportedOperator,
          "A softmax inside the network has no spiking counterpart; only one at the end is taken "
            + "out.", at: Location(node: node.name, operator: node.operator.name),
          fix: "cut the network in front of it")
      }
      state.graph.bypass(index)
      state.report(
        .softmaxRemoved, .note, at: node,
        "The softmax at the end was removed: outputs are logits, their order is the same.")
    }
    while let index = state.graph.nodes.firstIndex(where: { isSigmoid($0) }),
      isFinal(state.graph.nodes[index].output, in: state.graph)
    {
      let node = state.graph.nodes[index]
      state.graph.bypass(index)
      state.report(
        .softmaxRemoved, .note, at: node,
        "The sigmoid at the end was removed: outputs are logits, their order is the same.")
    }
  }

  private static func isSoftmax(_ node: Node) -> Bool {
    if case .softmax = node.operator { true } else { false }
  }

  private static func isSigmoid(_ node: Node) -> Bool {
    if case .pointwise(let pointwise) = node.operator {
      pointwise.function == .sigmoid
    } else {
      false
    }
  }

  /// Whether only changes of shape follow.
  private static func isFinal(_ value: ValueName, in graph: Graph) -> Bool {
    graph.readers(of: value).allSatisfy { index in
      switch graph.nodes[index].operator {
      case .reshape, .softmax: isFinal(graph.nodes[index].output, in: graph)
      default: false
      }
    }
  }
}
