import Foundation
import SpikeCompute
import SpikeGraph

/// The learned leak of one population (parametric LIF; Fang et al., ICCV 2021).
///
/// The factor on the potential per step is β = σ(a) = 1/(1 + e^(-a)), so that every a is a leak
/// between none and all; dL/da = dL/dβ β (1 - β).
struct TrainableLeak: Hashable, Sendable, Codable {
  /// Name of the node.
  let node: String
  /// a with the moments of its optimiser.
  private(set) var logit: TrainableValues

  /// Largest magnitude of a: β is within 0.0004 of 0 or 1 there, about one step of a chip's decay.
  static let largest: Float = 8

  init(node: String, decay: Float) {
    self.node = node
    let share = Double(min(max(decay, 1e-4), 1 - 1e-4))
    let start = Float(log(share / (1 - share)))
    logit = TrainableValues([max(-TrainableLeak.largest, min(TrainableLeak.largest, start))])
  }

  /// a; where an average of several steps is wanted, it is one of these.
  var value: Float {
    get { logit.values[0] }
    set { logit.values[0] = newValue }
  }

  /// β.
  var decay: Float { Float(1 / (1 + exp(-Double(value)))) }

  /// One Adam step along dL/dβ.
  mutating func learn(_ gradient: Float, _ step: FitKernels.AdamStep) {
    let decay = decay
    FitKernels.adam(
      &logit.values, gradient: [gradient * decay * (1 - decay)], first: &logit.first,
      second: &logit.second, step: step)
    value = max(-TrainableLeak.largest, min(TrainableLeak.largest, value))
  }
}

extension TrainableNetwork {
  /// The learned leaks of a graph in normal form, in node order.
  static func leaks(of graph: Graph) -> [TrainableLeak] {
    graph.nodes.compactMap { node in
      graph.constant(.decay, of: node).map {
        TrainableLeak(node: node.name, decay: $0.floats()[0])
      }
    }
  }

  /// Names of the constants of ``leaks``, in their order.
  var decayNames: [ValueName] {
    form.graph.nodes.compactMap { $0.parameters[.decay] }
  }

  /// The factor per step of a population as the network uses it: a real number, or a multiple of
  /// 1/4096 once integers are chosen.
  func realisedDecay(of node: Node) -> Float {
    guard case .neuron(let neuron) = node.operator else { return 1 }
    let decay = leaks.first { $0.node == node.name }?.decay ?? neuron.membraneDecay
    return integers == nil ? decay : LeakIntegers.rounded(decay)
  }

  /// One optimiser step along dL/dβ of every learned leak.
  mutating func learnLeaks(_ gradients: [Float], _ step: FitKernels.AdamStep) {
    var step = step
    step.decay = 0
    step.rate *= options.leak.rateShare
    for index in leaks.indices { leaks[index].learn(gradients[index], step) }
  }
}
