import SpikeEngine
package import SpikeGraph

/// Removal of chosen channels from a model, without training: the exact part of pruning.
package enum ChannelSurgery {
  /// Samples whose mean effect is folded into biases.
  package struct Samples: Sendable {
    /// Encoded samples, one after the other.
    package var inputs: [Float]
    /// Number of samples.
    package var count: Int
    /// True labels; empty where nobody needs them.
    package var labels: [Int]

    /// Makes samples.
    package init(inputs: [Float], count: Int, labels: [Int] = []) {
      self.inputs = inputs
      self.count = count
      self.labels = labels
    }
  }

  /// Removes channels of the group that a population belongs to.
  /// - Returns: the model's graph in normal form, before and after; nil for `after` where the
  ///   population's channels cannot be removed.
  package static func remove(
    _ channels: Set<Int>, ofPopulation name: String, from model: Model, options: FitOptions,
    folding samples: Samples? = nil
  ) throws(FitError) -> (before: Graph, after: Graph?) {
    let form = try NormalForm(model, options: options, thresholdFactor: 1)
    var network = try TrainableNetwork(form, options: options)
    network.quantise()
    network.writeGraph()
    let before = network.form.graph
    let found = ChannelGroup.prunable(of: network).first { group in
      group.populations.contains {
        network.form.graph.nodes[network.structure.populations[$0].node].name == name
      }
    }
    guard let group = found else { return (before, nil) }
    let kept = (0..<group.channels).filter { !channels.contains($0) }
    var offsets: [Int: [Float]] = [:]
    if let samples {
      let engine = try Network.make(before, TrainingRun.configuration(options))
      offsets = MeanFolding(
        network, engine: engine, inputs: samples.inputs, count: samples.count
      ).offsets(of: network, group: group, keeping: kept)
    }
    try network.remove(from: group, keeping: kept, offsets: offsets)
    return (before, network.form.graph)
  }

  /// What scores would see of a model, in node order.
  package static func evidence(
    of model: Model, options: FitOptions, samples: Samples
  ) throws(FitError) -> [ChannelEvidence] {
    let form = try NormalForm(model, options: options, thresholdFactor: 1)
    var network = try TrainableNetwork(form, options: options)
    network.quantise()
    network.writeGraph()
    let engine = try Network.make(network.form.graph, TrainingRun.configuration(options))
    return EvidenceMeter(
      network: network, engine: engine, inputs: samples.inputs, count: samples.count,
      labels: samples.labels
    ).evidence(withAdjoints: true, withLabels: !samples.labels.isEmpty, withSpectra: true)
  }
}
