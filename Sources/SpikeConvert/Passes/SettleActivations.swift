import SpikeDiagnostics
import SpikeGraph

extension Pass {
  /// Leaves two activations: ReLU and the clip from 0, which bounds the threshold. Everything else
  /// is refused by name, all at once. Rounding to a grid goes: a rate of T steps has a grid of its
  /// own.
  static let settleActivations = Pass(
    "settle-activations",
    summary: "writes every activation as ReLU or as a clip from 0, and refuses the others"
  ) { state throws(ConvertError) in
    var refused: [Finding] = []
    dropGrids(&state)
    var index = 0
    while index < state.graph.nodes.count {
      let node = state.graph.nodes[index]
      switch node.operator {
      case .clip(let minimum, let maximum):
        if minimum == -.infinity && maximum == .infinity {
          state.graph.bypass(index)
          continue
        }
        if minimum != 0 || !(maximum > 0) {
          refused.append(refusal(of: node, "Clip from \(minimum) to \(maximum)"))
        } else if maximum == .infinity || maximum >= .greatestFiniteMagnitude {
          state.graph.nodes[index].operator = .relu
        }
      case .leakyRelu(let alpha):
        if alpha == 0 {
          state.graph.nodes[index].operator = .relu
        } else if state.options.approximatesLeakyRelu {
          state.graph.nodes[index].operator = .relu
          state.report(
            .leakyApproximated, at: node,
            "The leaky ReLU with slope \(alpha) became a ReLU: negative values are lost.",
            fix: "retrain with ReLU, or fit the converted network")
        } else {
          refused.append(refusal(of: node, "LeakyRelu with slope \(alpha)"))
        }
      case .multiply, .pointwise: refused.append(refusal(of: node))
      default: break
      }
      index += 1
    }
    if let first = refused.first {
      throw ConvertError(
        .unsupportedActivation,
        "\(refused.count) activation\(refused.count == 1 ? " has" : "s have") no spiking "
          + "counterpart: a rate cannot be negative.", at: first.location,
        fix: "retrain with ReLU or Clip(0, c); a leaky ReLU can also be approximated on request",
        findings: refused)
    }
    dropRepeated(&state.graph)
  }

  /// A grid from 0 is a clip from 0; one on both sides of 0 is no activation.
  private static func dropGrids(_ state: inout ConversionState) {
    var dropped = 0
    var index = 0
    while index < state.graph.nodes.count {
      guard case .quantize(let minimum, let maximum) = state.graph.nodes[index].operator else {
        index += 1
        continue
      }
      dropped += 1
      if minimum == 0 && maximum > 0 {
        state.graph.nodes[index].operator = .clip(minimum: 0, maximum: maximum)
        index += 1
      } else {
        state.graph.bypass(index)
      }
    }
    if dropped > 0 {
      state.report(
        .gridDropped, .note,
        "\(dropped) activations are no longer rounded to a grid; spikes have one of their own.")
    }
  }

  private static func refusal(of node: Node, _ what: String) -> Finding {
    Finding(
      .error, code: ConvertErrorCode.unsupportedActivation.rawValue,
      message: "\(what) has no spiking counterpart; allowed are ReLU and Clip(0, c).",
      location: Location(node: node.name, operator: node.operator.name))
  }

  /// What rates cannot compute at all, by kind.
  private static func refusal(of node: Node) -> Finding {
    let reason: String
    let fix: String
    switch node.operator {
    case .multiply:
      reason =
        "Activations are multiplied with each other (a gate, attention), which spikes cannot."
      fix = "train the network without the gate, or cut it with --until"
    case .pointwise(let pointwise)
    where [.floor, .ceiling, .sign, .bipolar].contains(pointwise.function):
      reason =
        "\(node.operator.name) is a staircase; the rate of a spiking neuron is a clipped ReLU."
      fix = "train the network with Relu, or with Clip from 0, in its place"
    default:
      reason =
        "\(node.operator.name) is a smooth function; the rate of a spiking neuron is a clipped ReLU."
      fix = "train the network with Relu, or with Clip from 0 to 6 (ReLU6), in its place"
    }
    return Finding(
      .error, code: ConvertErrorCode.unsupportedActivation.rawValue, message: reason,
      location: Location(node: node.name, operator: node.operator.name), fix: fix)
  }

  /// relu(relu(x)) and relu(clip(x)) are the inner function alone.
  private static func dropRepeated(_ graph: inout Graph) {
    var index = 0
    while index < graph.nodes.count {
      if case .relu = graph.nodes[index].operator,
        let inner = graph.producer(of: graph.nodes[index].inputs[0]),
        graph.nodes[inner].isActivation
      {
        graph.bypass(index)
      } else {
        index += 1
      }
    }
  }
}
