import Foundation
import SpikeCompute
import SpikeEngine
import SpikeGraph

/// The loss of a batch and its gradients, by the textbook.
extension Textbook {
  struct Batch {
    var inputs: [Float]
    var labels: [Int]
    var count: Int { labels.count }

    /// Inputs of one sample.
    func sample(_ index: Int) -> [Float] {
      let size = inputs.count / max(count, 1)
      return Array(inputs[index * size..<(index + 1) * size])
    }

    static func random(_ graph: Graph, classes: Int, count: Int, seed: UInt64) -> Batch {
      var dice = Dice(seed ^ 0xBA7C4)
      return Batch(
        inputs: dice.eighths(count * graph.inputs[0].shape.elementCount, largest: 16),
        labels: (0..<count).map { _ in dice.whole(0...classes - 1) })
    }
  }

  /// Loss of one sample's logits and its gradient by them.
  func loss(
    _ logits: [Double], _ label: Int, _ options: LossOptions
  ) -> (loss: Double, gradient: [Double]) {
    let steps = graph.nodes.contains { $0.operator.isNeuron } ? timeSteps : 1
    let scale = Double(options.logitScale) / Double(steps)
    let z = logits.map { $0 * scale }
    let top = z.max() ?? 0
    let sum = z.reduce(0) { $0 + exp($1 - top) }
    var loss = 0.0
    var gradient: [Double] = []
    for (k, value) in z.enumerated() {
      let smoothing = Double(options.labelSmoothing)
      let target = smoothing / Double(z.count) + (k == label ? 1 - smoothing : 0)
      loss -= target * (value - top - log(sum))
      gradient.append((exp(value - top) / sum - target) * scale)
    }
    return (loss, gradient)
  }

  /// Mean loss of a batch.
  func meanLoss(_ batch: Batch, _ options: LossOptions = LossOptions()) -> Double {
    (0..<batch.count).reduce(0) { sum, index in
      let last = logits(run(batch.sample(index))).last ?? []
      return sum + loss(last, batch.labels[index], options).loss
    } / Double(batch.count)
  }

  /// Gradients of the mean loss of a batch by the constants.
  func gradients(
    _ batch: Batch, _ options: LossOptions = LossOptions(),
    surrogate: Surrogate = .atan(alpha: 2), detached: Bool = true,
    spikeCosts: [String: Double] = [:]
  ) -> [ValueName: [Double]] {
    var sum: [ValueName: [Double]] = [:]
    for index in 0..<batch.count {
      let trace = run(batch.sample(index))
      let seed = loss(logits(trace).last ?? [], batch.labels[index], options).gradient
      let one = backward(
        trace, seed.map { $0 / Double(batch.count) }, surrogate: surrogate, detached: detached,
        spikeCosts: spikeCosts)
      sum.merge(one.constants) { zip($0, $1).map(+) }
    }
    return sum
  }
}
