import SpikeBundle

/// How far the sum of a neuron's synapses and bias can go in one step: the extremes over the
/// channels of a population, in integers, whatever the input. In
/// floating point, so that hostile numbers cannot overflow.
struct NIRRange {
  /// Smallest sum, at most 0.
  private(set) var lowest: Double = 0
  /// Largest sum, at least 0.
  private(set) var highest: Double = 0
  /// Largest sum of magnitudes.
  private(set) var magnitude: Double = 0

  /// The range of a population of a checked bundle.
  /// - Complexity: O(weights).
  init(of index: Int, in bundle: Bundle) {
    let population = bundle.populations[index]
    let channels = max(1, population.shape[0])
    var low = [Double](repeating: 0, count: channels)
    var high = low
    func add(_ value: Double, _ channel: Int) {
      if value < 0 { low[channel] += value } else { high[channel] += value }
    }
    for (channel, bias) in population.biases.enumerated() {
      if population.biases.count == 1 {
        for every in 0..<channels { add(Double(bias), every) }
      } else {
        add(Double(bias), channel)
      }
    }
    for projection in bundle.projections where projection.target == index {
      let window = (projection.pooling?.size ?? []).reduce(1.0) { $0 * Double($1) }
      let largest = projection.sources.reduce(0) { sum, source in
        sum + (source == .input ? (1 << bundle.input.bits) - 1 : 1)
      }
      let factor = Double(largest) * window
      let weights = projection.weights(from: bundle.codebooks)
      let perChannel = max(1, weights.count / channels)
      for (position, weight) in weights.enumerated() {
        add(Double(weight) * factor, min(channels - 1, position / perChannel))
      }
    }
    lowest = low.min() ?? 0
    highest = high.max() ?? 0
    magnitude = zip(low, high).map { $1 - $0 }.max() ?? 0
  }
}
