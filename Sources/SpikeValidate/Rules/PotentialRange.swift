import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// The current of one step cannot leave the range of potentials, whatever the input: a proof by
  /// worst case. A warning, because real inputs stay far below it.
  static let potentials = Rule(
    "validate.potential-range",
    "The worst-case current of one step stays inside the range of potentials (warning)."
  ) { inspection, rule in
    guard let low = inspection.spec[.potentialMinimum],
      let high = inspection.spec[.potentialMaximum]
    else { return [rule.notChecked("range of potentials", inspection.spec)] }
    return inspection.bundle.populations.indices.compactMap { index -> Finding? in
      let (minimum, maximum) = worstCurrent(into: index, of: inspection.bundle)
      guard minimum < low || maximum > high else { return nil }
      return Finding(
        .warning, code: rule.code,
        message: "In the worst case one step adds \(minimum) to \(maximum) to a potential; "
          + "\(inspection.spec.name) holds \(low) to \(high) and clips or wraps beyond.",
        location: Location(node: inspection.bundle.populations[index].name),
        fix: "check with 'sfconv eval' that the integer simulation reports no overflow, or use "
          + "fewer input bits",
        needed: "\(minimum)...\(maximum)", allowed: "\(low)...\(high)")
    }
  }

  /// Sum of all negative and of all positive weights into a channel times the largest input, over
  /// all channels.
  static func worstCurrent(into target: Int, of bundle: Bundle) -> (Int, Int) {
    let population = bundle.populations[target]
    let channels = max(1, population.shape.first ?? 1)
    var low = [Int](repeating: 0, count: channels)
    var high = [Int](repeating: 0, count: channels)
    for projection in bundle.projections where projection.target == target {
      let weights = projection.weights(from: bundle.codebooks)
      let largest =
        projection.sources.reduce(0) {
          $0 + ($1 == .input ? (1 << bundle.input.bits) - 1 : 1)
        } * (projection.pooling?.size.reduce(1, *) ?? 1)
      let size = weights.count / channels
      for (index, weight) in weights.enumerated() where size > 0 {
        if weight < 0 { low[index / size] += Int(weight) * largest }
        if weight > 0 { high[index / size] += Int(weight) * largest }
      }
    }
    for channel in low.indices where !population.biases.isEmpty {
      let bias = Int(population.biases[population.biases.count == 1 ? 0 : channel])
      low[channel] += min(0, bias)
      high[channel] += max(0, bias)
    }
    return (low.min() ?? 0, high.max() ?? 0)
  }
}
