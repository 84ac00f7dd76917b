import SpikeData
import SpikeEngine
import SpikeGraph

/// The start of a fit with other neurons or another window than the model was converted for.
///
/// A hard reset forgets the residue of every spike, a potential that starts at 0 spikes late, and
/// few time steps leave no room to catch up: thresholds that were right for the converted model
/// make its populations too silent to learn from. One factor on all thresholds mends that; training
/// does the rest.
enum ThresholdCalibration {
  /// Spikes per neuron and step, mean over populations, that trains well.
  static let targetRate = 0.08
  /// Samples that the rates are measured on.
  static let samples = 128

  /// The factor, a power of √2 in 1/16…16, whose mean rate is nearest to the target; 1 where the
  /// model's own neurons and window are kept.
  static func factor(
    for model: Model, options: FitOptions, data: Dataset
  ) throws(FitError) -> Float {
    guard changes(model, options) else { return 1 }
    let some = data.calibration(samples, seed: options.seed)
    var configuration = TrainingRun.configuration(options)
    configuration.training = false
    var best: (distance: Double, factor: Float) = (.infinity, 1)
    var factor: Float = 16
    for _ in 0...16 {
      let form = try NormalForm(model, options: options, thresholdFactor: factor)
      var inputs: [Float] = []
      some.fillBatch(
        0..<some.count, scale: [form.inputScale], offset: [0], bits: form.inputBits, into: &inputs)
      let engine = try Network.make(form.graph, configuration)
      let rates = engine.spikeStatistics(inputs, count: some.count).populations.map(\.rate)
      let mean = rates.reduce(0, +) / Double(max(1, rates.count))
      let distance = abs(mean - targetRate)
      if distance < best.distance { best = (distance, factor) }
      if mean > 2 * targetRate { break }
      factor *= Float(0.5).squareRoot()
    }
    return best.factor
  }

  private static func changes(_ model: Model, _ options: FitOptions) -> Bool {
    if model.timeSteps != options.timeSteps { return true }
    let leak = options.leak
    let changesLeak = model.graph.nodes.contains { node in
      if case .neuron(let neuron) = node.operator { leak.changes(neuron) } else { false }
    }
    if changesLeak { return true }
    guard let semantics = options.target.semantics else { return false }
    return model.graph.nodes.contains { node in
      guard case .neuron(let neuron) = node.operator, neuron.spikes else { return false }
      return neuron.reset != semantics.reset || neuron.comparator != semantics.comparator
        || neuron.initialShare != semantics.initialShare
    }
  }
}
