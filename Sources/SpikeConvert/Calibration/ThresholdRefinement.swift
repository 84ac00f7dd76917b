import SpikeEngine
import SpikeGraph

/// Thresholds tried out on the running SNN, layer by layer from the front.
///
/// Rules see one layer at a time and count clipping and rounding. What they cannot see is the order
/// in which spikes arrive: a large spike early makes neurons behind it fire that should not, and no
/// later input takes that back. Smaller thresholds in front mean smaller steps of the potentials
/// behind. So each group of thresholds is multiplied by factors, and what brings the outputs of the
/// SNN nearest to those of the ANN is kept: one dimension at a time, a few runs each.
struct ThresholdRefinement {
  let ann: Graph
  let logits: [Float]
  let inputs: [Float]
  let count: Int
  let groups: [[String]]
  let caps: [String: Float]
  let options: ConvertOptions
  let threads: Int

  /// Factors between neighbouring trials; a fourth of an octave is finer than the error is sharp.
  static let step: Float = 0.75
  /// Trials in one direction for one group.
  static let maximumTrials = 6

  /// The refined thresholds.
  func refined(
    _ start: [String: LayerThreshold], progress: (_ done: Int, _ total: Int) -> Void
  ) throws(ConvertError) -> [String: LayerThreshold] {
    var best = start
    var least = try error(of: best)
    for (position, group) in groups.enumerated() {
      progress(position, groups.count)
      for factor in [Self.step, 1 / Self.step] {
        var trial = best
        var found = false
        for _ in 0..<Self.maximumTrials {
          trial = scaled(trial, group, by: factor)
          guard trial != best else { break }
          let error = try error(of: trial)
          guard error < least else { break }
          best = trial
          least = error
          found = true
        }
        if found { break }
      }
    }
    return best
  }

  private func scaled(
    _ thresholds: [String: LayerThreshold], _ group: [String], by factor: Float
  ) -> [String: LayerThreshold] {
    var result = thresholds
    let cap = group.compactMap { caps[$0] }.min() ?? .infinity
    for name in group {
      switch thresholds[name] {
      case .layer(let value): result[name] = .layer(min(cap, value * factor))
      case .channels(let values): result[name] = .channels(values.map { min(cap, $0 * factor) })
      case nil: continue
      }
    }
    return result
  }

  /// Mean square difference between the logits of SNN and ANN.
  private func error(of thresholds: [String: LayerThreshold]) throws(ConvertError) -> Double {
    var builder = try SpikingGraphBuilder(ann, thresholds: thresholds, options: options)
    let scale = try builder.build() / Float(options.timeSteps)
    let network = try Network.running(
      builder.graph, timeSteps: options.timeSteps, threads: threads)
    let potentials = network.infer(inputs, count: count)
    var sum = 0.0
    for (potential, logit) in zip(potentials, logits) {
      let difference = Double(potential * scale - logit)
      sum += difference * difference
    }
    return sum / Double(max(1, logits.count))
  }
}
