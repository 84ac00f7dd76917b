import SpikeEngine
import SpikeGraph

/// The distributions of every activation's input, from one run of the ANN over the calibration data.
struct ActivationStatistics {
  /// Histograms by activation node: one for the layer, or one for each channel.
  private(set) var histograms: [String: [ActivationHistogram]] = [:]

  /// More channels than this share one histogram, so that memory stays bounded (4 KB each).
  static let maximumHistograms = 8192

  init(
    of graph: Graph, _ data: CalibrationData, scope: ThresholdScope, threads: Int,
    progress: (Int) -> Void
  ) throws(ConvertError) {
    let network = try Network.running(graph, timeSteps: 1, threads: threads)
    let activations = graph.nodes.filter(\.isActivation)
    var readers: [ValueName: [String]] = [:]
    for node in activations { readers[node.inputs[0], default: []].append(node.name) }
    let values = readers.keys.sorted()
    var found: [ValueName: [ActivationHistogram]] = [:]
    try data.forEachChunk(of: 256) { range, inputs in
      network.observe(inputs, count: range.count, values: values) { activation in
        let channels = activation.shape.rank == 0 ? 1 : activation.shape[0]
        let count = scope == .channel && channels <= Self.maximumHistograms ? channels : 1
        Self.add(activation.values, to: &found[activation.name, default: []], count: count)
      }
      progress(range.upperBound)
    }
    for (value, names) in readers {
      for name in names { histograms[name] = found[value] }
    }
  }

  /// Channels are the last axis of observed values.
  private static func add(
    _ values: [Float], to histograms: inout [ActivationHistogram], count: Int
  ) {
    if histograms.isEmpty {
      histograms = Array(repeating: ActivationHistogram(), count: count)
    }
    if count == 1 {
      for value in values { histograms[0].add(value) }
      return
    }
    var channel = 0
    for value in values {
      histograms[channel].add(value)
      channel = channel + 1 == count ? 0 : channel + 1
    }
  }

  /// The distribution of a group of activations over all channels.
  func distribution(of names: [String]) -> ActivationDistribution {
    var joint = ActivationHistogram()
    for name in names { for histogram in histograms[name] ?? [] { joint.add(histogram) } }
    return ActivationDistribution(joint)
  }

  /// The distribution of each channel of a group, or nil where they have different channels.
  func channelDistributions(of names: [String]) -> [ActivationDistribution]? {
    guard var joint = names.first.flatMap({ histograms[$0] }), joint.count > 1 else { return nil }
    for name in names.dropFirst() {
      guard let other = histograms[name], other.count == joint.count else { return nil }
      for channel in joint.indices { joint[channel].add(other[channel]) }
    }
    return joint.map { ActivationDistribution($0) }
  }
}
