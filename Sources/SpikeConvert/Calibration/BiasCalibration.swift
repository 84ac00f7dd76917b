import SpikeData
import SpikeEngine
import SpikeGraph

/// Correction of biases by the mean error of the rates, front to back: b += E[a - φ], one number for
/// each channel (the light form of Li et al., "A free lunch from ANN", ICML 2021).
struct BiasCalibration {
  let ann: Network
  let thresholds: [String: LayerThreshold]
  let data: CalibrationData
  let timeSteps: Int
  let threads: Int

  /// The SNN with corrected biases. Populations whose current comes from no projection of their own
  /// are left alone.
  /// - Parameter units: What 1 of each population's current stands for, by node name; one number for
  ///   each channel.
  /// - Parameter output: What 1 of the read-out's current stands for.
  func calibrated(
    _ snn: Graph, units: [String: [Float]], output: Float,
    progress: (_ done: Int, _ total: Int) -> Void
  ) throws(ConvertError) -> Graph {
    var graph = snn
    let populations = graph.nodes.filter { $0.operator.isNeuron && thresholds[$0.name] != nil }
    for (position, population) in populations.enumerated() {
      progress(position, populations.count)
      let network = try Network.running(graph, timeSteps: timeSteps, threads: threads)
      let comparison = try RateComparison(
        ann, network, [population.name], thresholds: thresholds, data, progress: { _ in })
      guard let layer = comparison.layers[population.name],
        let channelUnits = units[population.name],
        let target = graph.biasTarget(population.inputs[0], channels: layer.missing.count)
      else { continue }
      let old = graph.constant(.bias, of: graph.nodes[target])?.floats()
      let corrected = layer.missing.indices.map { channel in
        let error = layer.missing[channel] / max(1, layer.count)
        return (old?[channel] ?? 0) + Float(error) / channelUnits[channel]
      }
      graph.setConstant(.bias, of: target, to: Tensor(corrected, shape: [corrected.count]))
    }
    try calibrateOutput(&graph, unit: output)
    return graph
  }

  /// The same for the logits: their mean error goes into the bias of the last layer.
  private func calibrateOutput(_ graph: inout Graph, unit: Float) throws(ConvertError) {
    let network = try Network.running(graph, timeSteps: timeSteps, threads: threads)
    let outputs = network.outputCount
    guard let readOut = graph.producer(of: graph.outputs[0]),
      let target = graph.biasTarget(graph.nodes[readOut].inputs[0], channels: outputs)
    else { return }
    var errors = [Double](repeating: 0, count: outputs)
    try data.forEachChunk(of: 256) { range, inputs in
      let logits = ann.infer(inputs, count: range.count)
      let potentials = network.infer(inputs, count: range.count)
      for index in logits.indices {
        errors[index % outputs] +=
          Double(logits[index]) / Double(unit) - Double(potentials[index]) / Double(timeSteps)
      }
    }
    let old = graph.constant(.bias, of: graph.nodes[target])?.floats()
    let corrected = errors.indices.map {
      (old?[$0] ?? 0) + Float(errors[$0] / Double(data.dataset.count))
    }
    graph.setConstant(.bias, of: target, to: Tensor(corrected, shape: [outputs]))
  }
}
