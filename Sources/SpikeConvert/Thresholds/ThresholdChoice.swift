extension ThresholdRule {
  /// The threshold of a distribution, in the units of its values; nil where nothing was positive.
  ///
  /// - Parameter timeSteps: Time steps T of an inference; a neuron then knows T + 1 rates.
  package func threshold(
    for distribution: ActivationDistribution, timeSteps: Int
  ) -> Double? {
    guard distribution.maximum > 0 else { return nil }
    switch self {
    case .maximum: return distribution.maximum
    case .percentile(let share): return distribution.percentile(share)
    case .minimumError: return ThresholdRule.minimumError(distribution, timeSteps)
    }
  }

  /// Root of 2 E[(a - θ)₊] = θ P(0 < a <= θ) / (6 T²).
  ///
  /// Clipping at θ costs E[(a - θ)₊²], rounding to the T + 1 rates of the neuron P(0 < a <= θ)
  /// θ² / (12 T²); the derivative of their sum by θ vanishes there (boundary terms of the second
  /// order left out). The left side falls and the right side grows, so there is one root in
  /// (0, maximum].
  private static func minimumError(
    _ distribution: ActivationDistribution, _ timeSteps: Int
  ) -> Double {
    let steps = Double(timeSteps)
    let positive = distribution.shareAbove(0)
    var low = 0.0
    var high = distribution.maximum
    for _ in 0..<60 {
      let middle = (low + high) / 2
      let inside = positive - distribution.shareAbove(middle)
      let slope =
        middle * inside / (6 * steps * steps) - 2 * distribution.meanExcess(middle)
      if slope < 0 { low = middle } else { high = middle }
    }
    return high
  }
}
