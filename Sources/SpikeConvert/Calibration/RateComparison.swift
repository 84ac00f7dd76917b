import SpikeEngine
import SpikeGraph

/// ANN and SNN side by side on the calibration data: for every population, what its spikes stand for
/// against the activation that it replaces.
struct RateComparison {
  /// Sums of one population.
  struct Layer {
    var shape: Shape
    /// Σ |φ - a| over neurons and samples.
    var errorSum = 0.0
    /// Σ (a - φ) by channel.
    var missing: [Double]
    /// Σ a by channel.
    var activationSum: [Double]
    /// Spikes by channel.
    var spikes: [Double]
    /// Neurons times samples of one channel.
    var count = 0.0

    init(_ shape: Shape) {
      self.shape = shape
      let channels = shape.rank == 0 ? 1 : shape[0]
      missing = [Double](repeating: 0, count: channels)
      activationSum = missing
      spikes = missing
    }
  }

  /// By node name; the same names in both networks.
  private(set) var layers: [String: Layer] = [:]

  /// - Parameters:
  ///   - ann: The network after all passes.
  ///   - snn: What was built from it.
  ///   - names: Activation nodes to compare.
  ///   - thresholds: What a spike of each population stands for.
  init(
    _ ann: Network, _ snn: Network, _ names: [String], thresholds: [String: LayerThreshold],
    _ data: CalibrationData, progress: (Int) -> Void
  ) throws(ConvertError) {
    let annOutputs = Dictionary(
      uniqueKeysWithValues: ann.graph.nodes.map { ($0.name, $0.output) })
    let snnOutputs = Dictionary(
      uniqueKeysWithValues: snn.graph.nodes.map { ($0.name, $0.output) })
    let shapes = (try? ann.graph.inferredShapes()) ?? [:]
    let elements = names.reduce(0) {
      $0 + (annOutputs[$1].flatMap { shapes[$0]?.elementCount } ?? 0)
    }
    var names = names
    names.removeAll { annOutputs[$0] == nil || snnOutputs[$0] == nil }
    let nodeOfValue = Dictionary(
      uniqueKeysWithValues: names.map { (snnOutputs[$0] ?? "", $0) })
    var found: [String: Layer] = [:]
    try data.forEachChunk(of: CalibrationData.chunkSize(elements: elements)) { range, inputs in
      var activations: [ValueName: [Float]] = [:]
      ann.observe(inputs, count: range.count, values: names.compactMap { annOutputs[$0] }) {
        activations[$0.name, default: []] += $0.values
      }
      snn.observe(inputs, count: range.count, values: names.compactMap { snnOutputs[$0] }) {
        spikes in
        guard let name = nodeOfValue[spikes.name], let output = annOutputs[name],
          let reference = activations[output], let threshold = thresholds[name]
        else { return }
        found[name, default: Layer(spikes.shape)].add(
          spikes, reference, threshold.values, timeSteps: snn.timeSteps)
      }
      progress(range.upperBound)
    }
    layers = found
  }
}

extension RateComparison.Layer {
  /// Adds a piece of samples; `reference` has the activations of the whole chunk.
  fileprivate mutating func add(
    _ observed: Activation, _ reference: [Float], _ thresholds: [Float], timeSteps: Int
  ) {
    let channels = missing.count
    let size = shape.elementCount
    let block = observed.count * size
    let first = observed.firstSample * size
    var counts = [Float](repeating: 0, count: block)
    for step in 0..<observed.timeSteps {
      for index in 0..<block { counts[index] += observed.values[step * block + index] }
    }
    let units = (0..<channels).map {
      thresholds[$0 % thresholds.count] / Float(observed.timeSteps)
    }
    var channel = 0
    for index in 0..<block {
      let activation = reference[first + index]
      let difference = Double(activation - units[channel] * counts[index])
      errorSum += abs(difference)
      missing[channel] += difference
      activationSum[channel] += Double(activation)
      spikes[channel] += Double(counts[index])
      channel = channel + 1 == channels ? 0 : channel + 1
    }
    count += Double(block / max(1, channels))
  }

  /// Σ |φ - a| / Σ a.
  var rateError: Double {
    let sum = activationSum.reduce(0, +)
    return sum > 0 ? errorSum / sum : 0
  }

  /// Mean spikes per neuron and step.
  func meanRate(timeSteps: Int) -> Double {
    spikes.reduce(0, +) / max(1, count * Double(missing.count) * Double(timeSteps))
  }
}
