import SpikeCompute
import SpikeEngine
import SpikeGraph

/// A training step with Adam over all weights and biases. Thresholds stay, as with the peers.
struct Trainer {
  private let network: Network
  private var optimizer: AdamW
  private let learningRate: Float = 1e-3

  init(_ network: Network) {
    self.network = network
    optimizer = AdamW(count: network.parameterMemory.count)
  }

  mutating func step(_ inputs: [Float], _ labels: [Int]) -> StepResult {
    let result = network.step(inputs, labels: labels, count: labels.count)
    for parameter in network.parameters where parameter.role == .threshold {
      network.gradientMemory.slice(parameter.range).fill(0)
    }
    optimizer.step(
      parameter: network.parameterMemory, gradient: network.gradientMemory,
      learningRate: learningRate)
    return result
  }
}
