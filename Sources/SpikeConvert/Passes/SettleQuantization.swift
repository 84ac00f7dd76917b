import SpikeDiagnostics
import SpikeGraph

extension Pass {
  /// Quantised activations (round, then clip to the range of the integers) become what spikes do.
  ///
  /// A rate is a whole number of spikes already, so that rounding goes. A clip from 0 stays, and bounds
  /// the threshold. One to both sides of 0 is a ReLU's upper bound behind a ReLU, where it loses its
  /// lower side; elsewhere (at the input, between a layer and an addition) it only catches what the
  /// calibration of the quantiser had not seen, and goes as well.
  static let settleQuantization = Pass(
    "settle-quantization",
    summary: "drops the rounding of quantised activations and keeps their bounds from 0 on",
    after: ["remove-final-softmax"]
  ) { state throws(ConvertError) in
    var index = 0
    while index < state.graph.nodes.count {
      if isRound(state.graph.nodes[index]) {
        dropQuantizer(&state, index)
      } else {
        index += 1
      }
    }
    dropRectifiersBeforeClips(&state.graph)
  }

  /// Takes out the rounding at `index` and settles the clip behind it.
  private static func dropQuantizer(_ state: inout ConversionState, _ index: Int) {
    let node = state.graph.nodes[index]
    let isPositive = isNonNegative(node.inputs[0], in: state.graph)
    if let next = state.graph.soleReader(of: node.output),
      case .clip(let low, let high) = state.graph.nodes[next].operator, low < 0, high > 0
    {
      if isPositive {
        state.graph.nodes[next].operator = .clip(minimum: 0, maximum: high)
      } else {
        state.graph.bypass(next)
      }
    }
    state.report(
      .quantizationDropped, at: node,
      "The rounding of a quantised activation was dropped; the spike count rounds in its place.",
      fix: "compare accuracies; more time steps are finer")
    state.graph.bypass(index)
  }

  /// clip(0, c) of s · relu(x) is clip(0, c) of s · x for s > 0: one population, not two.
  private static func dropRectifiersBeforeClips(_ graph: inout Graph) {
    var index = 0
    while index < graph.nodes.count {
      if case .relu = graph.nodes[index].operator, leadsToClip(graph.nodes[index].output, in: graph)
      {
        graph.bypass(index)
      } else {
        index += 1
      }
    }
  }

  private static func leadsToClip(_ value: ValueName, in graph: Graph) -> Bool {
    guard let reader = graph.soleReader(of: value) else { return false }
    let node = graph.nodes[reader]
    if case .clip(let low, let high) = node.operator { return low == 0 && high > 0 }
    return isPositiveScale(node, in: graph) && leadsToClip(node.output, in: graph)
  }

  private static func isNonNegative(_ value: ValueName, in graph: Graph) -> Bool {
    guard let maker = graph.producer(of: value) else { return false }
    let node = graph.nodes[maker]
    switch node.operator {
    case .relu: return true
    case .clip(let low, _): return low >= 0
    case .maxPool, .averagePool, .sumPool, .reshape, .transpose, .gather:
      return isNonNegative(node.inputs[0], in: graph)
    case .add, .concatenate: return node.inputs.allSatisfy { isNonNegative($0, in: graph) }
    default: return isPositiveScale(node, in: graph) && isNonNegative(node.inputs[0], in: graph)
    }
  }

  private static func isPositiveScale(_ node: Node, in graph: Graph) -> Bool {
    guard case .affine = node.operator, graph.constant(.shift, of: node) == nil else {
      return false
    }
    return graph.constant(.scale, of: node)?.floats().allSatisfy { $0 > 0 } ?? true
  }

  private static func isRound(_ node: Node) -> Bool {
    if case .pointwise(let pointwise) = node.operator {
      pointwise.function == .round
    } else {
      false
    }
  }
}
