import Foundation
import SpikeBytes
import SpikeCompute
import SpikeEngine

/// The diagonal of the Fisher information of every weight, sample by sample.
///
///     F_i = E_x Σ_c p_c (d log p_c / dw_i)²,   p = softmax(logits / 4)
///
/// Squares of gradients of single samples: those of batch means hold F/B and the square of the mean
/// gradient. Labels are the network's own at a temperature, as in the scores of channels, because true
/// labels and sharp outputs of a trained network leave almost nothing. The expectation over classes is
/// exact up to 16 classes; with more, four classes are drawn from p for each sample.
enum FisherWeights {
  /// Samples at most; backward passes are this times the classes.
  static let samples = 256
  private static let exactClasses = 16
  private static let draws = 4
  /// Number of the stream of random numbers.
  private static let stream: UInt64 = 0xF15_4E2

  /// Puts the information of latent weights into the layers.
  /// - Parameters:
  ///   - engine: A network for training that holds the values of `network`.
  ///   - inputs: `count` encoded samples.
  static func measure(
    _ network: inout TrainableNetwork, engine: Network, inputs: [Float], count: Int
  ) {
    let options = network.options
    let temperature = options.pruning.labelTemperature
    let scale = options.logitScale ?? 1
    var loss = LossOptions()
    loss.logitScale = scale / Float(temperature)
    let number = min(count, samples)
    let size = inputs.count / max(1, count)
    var random = SplitMix64(seed: options.seed).stream(stream)
    for index in network.layers.indices {
      network.layers[index].squares = network.layers[index].latent.values.map { _ in 0 }
    }
    let rowScales = network.layers.map(\.rowScales)
    for sample in 0..<number {
      let input = Array(inputs[sample * size..<(sample + 1) * size])
      let logits = engine.inferLogits(input, count: 1)
      let factor = Double(scale) / Double(options.timeSteps) / temperature
      for (label, share) in labels(logits.map { Double($0) * factor }, &random) {
        _ = engine.step(input, labels: [label], count: 1, loss: loss)
        let root = Float((share / Double(number)).squareRoot())
        for index in network.layers.indices {
          FitKernels.addSquares(
            engine.gradient(of: network.layers[index].site.weight),
            columns: network.layers[index].columns, scales: rowScales[index].map { $0 * root },
            into: &network.layers[index].squares)
        }
      }
    }
  }

  /// Classes with their shares of the expectation.
  private static func labels(
    _ logits: [Double], _ random: inout SplitMix64
  ) -> [(label: Int, share: Double)] {
    let peak = logits.max() ?? 0
    let powers = logits.map { exp($0 - peak) }
    let sum = powers.reduce(0, +)
    let shares = powers.map { $0 / sum }
    guard shares.count > exactClasses else { return shares.enumerated().map { ($0, $1) } }
    return (0..<draws).map { _ in
      var place = random.uniform()
      for (label, share) in shares.enumerated() {
        place -= share
        if place < 0 { return (label, 1 / Double(draws)) }
      }
      return (shares.count - 1, 1 / Double(draws))
    }
  }
}
