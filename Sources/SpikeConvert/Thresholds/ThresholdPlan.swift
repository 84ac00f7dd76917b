import SpikeDiagnostics
import SpikeGraph

/// The thresholds of all activations, by rule, scope and the ties between layers.
struct ThresholdPlan {
  /// Threshold by activation node.
  private(set) var thresholds: [String: LayerThreshold] = [:]
  /// Share of the positive activations above the threshold, by activation node.
  private(set) var clipped: [String: Double] = [:]
  private(set) var findings: [Finding] = []
  /// Activation nodes that share their thresholds, in graph order.
  let groups: [[String]]

  init(_ graph: Graph, _ statistics: ActivationStatistics, _ options: ConvertOptions) {
    let shared = SharedThresholds(graph, scope: options.scope)
    let caps = Dictionary(uniqueKeysWithValues: graph.nodes.map { ($0.name, $0.cap) })
    groups = shared.groups
    for group in groups {
      let cap = group.compactMap { caps[$0] }.min() ?? .infinity
      let isShared = options.scope == .layer || group.contains { shared.layerOnly.contains($0) }
      let threshold = choose(group, cap, isShared, statistics, options)
      for name in group {
        thresholds[name] = threshold
        clipped[name] = clippedShare(name, threshold, statistics)
      }
    }
  }

  /// Takes other thresholds for the same activations.
  mutating func replace(
    _ thresholds: [String: LayerThreshold], _ statistics: ActivationStatistics
  ) {
    self.thresholds = thresholds
    for (name, threshold) in thresholds {
      clipped[name] = clippedShare(name, threshold, statistics)
    }
  }

  private mutating func choose(
    _ group: [String], _ cap: Float, _ isShared: Bool, _ statistics: ActivationStatistics,
    _ options: ConvertOptions
  ) -> LayerThreshold {
    func threshold(_ distribution: ActivationDistribution) -> Float? {
      options.rule.threshold(for: distribution, timeSteps: options.timeSteps)
        .map { min(Float($0), cap) }
    }
    guard let layer = threshold(statistics.distribution(of: group)) else {
      // Any threshold keeps a population silent that has no positive input.
      for name in group {
        findings.append(
          Finding(
            .warning, code: ConvertFinding.silentLayer.rawValue,
            message: "No activation of the layer was positive on the calibration data; its "
              + "threshold is set to 1.", location: Location(node: name),
            fix: "check the input encoding and the weights, or give more calibration data"))
      }
      return .layer(min(1, cap))
    }
    guard !isShared, let channels = statistics.channelDistributions(of: group) else {
      return .layer(layer)
    }
    return .channels(channels.map { threshold($0) ?? layer })
  }

  private func clippedShare(
    _ name: String, _ threshold: LayerThreshold, _ statistics: ActivationStatistics
  ) -> Double {
    guard case .channels(let values) = threshold,
      let channels = statistics.channelDistributions(of: [name])
    else {
      return statistics.distribution(of: [name]).clippedShare(Double(threshold.values[0]))
    }
    var above = 0.0
    var positive = 0.0
    for (distribution, value) in zip(channels, values) {
      let count = Double(distribution.positiveCount)
      above += distribution.clippedShare(Double(value)) * count
      positive += count
    }
    return positive > 0 ? above / positive : 0
  }
}
