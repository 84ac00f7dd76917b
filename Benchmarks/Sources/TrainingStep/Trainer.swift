import SpikeCompute
import SpikeEngine
import SpikeGraph

/// A training step with Adam over all weights and biases. Thresholds stay, as with the peers.
struct Trainer {
  private let network: Network
  private var optimizer: AdamW
  private let learningRate: Float
  private let thresholds: [Range<Int>]

  init(_ network: Network, learningRate: Float) {
    self.network = network
    self.learningRate = learningRate
    thresholds = network.parameters.filter { $0.role == .threshold }.map(\.range)
    optimizer = AdamW(count: network.parameterMemory.count)
  }

  mutating func step(_ inputs: [Float], _ labels: [Int]) -> StepResult {
    let result = network.step(inputs, labels: labels, count: labels.count)
    for range in thresholds { network.gradientMemory.slice(range).fill(0) }
    optimizer.step(
      parameter: network.parameterMemory, gradient: network.gradientMemory,
      learningRate: learningRate)
    return result
  }
}

extension Network {
  /// Share of the inputs of each layer with weights that are not 0.
  func densities(_ inputs: [Float], count: Int) -> [Double] {
    let values = graph.nodes.filter { $0.parameters[.weight] != nil }.map { $0.inputs[0] }
    var active = [ValueName: Int]()
    var all = [ValueName: Int]()
    observe(inputs, count: count, values: values) { activation in
      active[activation.name, default: 0] += activation.values.count { $0 != 0 }
      all[activation.name, default: 0] += activation.values.count
    }
    return values.map { Double(active[$0] ?? 0) / Double(max(all[$0] ?? 0, 1)) }
  }
}
