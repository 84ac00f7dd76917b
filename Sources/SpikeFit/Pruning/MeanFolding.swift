import SpikeEngine
import SpikeGraph

/// The mean effect of channels on the projections behind them, to be added to biases when the
/// channels go.
///
/// A channel that always gives the same value is a bias in disguise: removing it this way changes
/// nothing (but at zero padding, where a bias has no border).
struct MeanFolding {
  /// Mean of every input element over samples and steps, of every value that a projection reads.
  /// Elements in the order of the graph: channels first.
  private var means: [ValueName: [Double]] = [:]

  init(_ network: TrainableNetwork, engine: Network, inputs: [Float], count: Int) {
    let names = Set(
      network.layers.compactMap { network.form.graph.nodes[$0.site.node].inputs.first })
    var sums: [ValueName: [Double]] = [:]
    var shapes: [ValueName: Shape] = [:]
    var totals: [ValueName: Int] = [:]
    engine.observe(inputs, count: count, values: names.sorted()) { activation in
      let size = activation.shape.elementCount
      var sum = sums[activation.name] ?? [Double](repeating: 0, count: size)
      for (index, value) in activation.values.enumerated() { sum[index % size] += Double(value) }
      sums[activation.name] = sum
      shapes[activation.name] = activation.shape
      totals[activation.name, default: 0] += activation.count * activation.timeSteps
    }
    for (name, sum) in sums {
      guard let shape = shapes[name], let total = totals[name] else { continue }
      let channels = shape.rank == 0 ? 1 : shape[0]
      let area = max(1, sum.count / max(1, channels))
      // Observed channels last: back to channels first.
      means[name] = sum.indices.map { sum[$0 % area * channels + $0 / area] / Double(total) }
    }
  }

  /// What the channels outside `kept` add on average to the outputs of each consumer.
  func offsets(
    of network: TrainableNetwork, group: ChannelGroup, keeping kept: [Int]
  ) -> [Int: [Float]] {
    let stays = Set(kept)
    var result: [Int: [Float]] = [:]
    for consumer in group.consumers {
      let layer = network.layers[consumer.layer]
      guard layer.bias != nil,
        let name = network.form.graph.nodes[layer.site.node].inputs.first, let mean = means[name]
      else { continue }
      let inputs = layer.shape[1]
      let columns = layer.columns
      let taps = columns / max(1, inputs)
      // A vector has one mean for each input element; an image one for each channel.
      let area = max(1, mean.count / max(1, inputs))
      let inputMeans = (0..<inputs).map { input in
        mean[input * area..<(input + 1) * area].reduce(0, +) / Double(area)
      }
      var offset = [Float](repeating: 0, count: layer.rows)
      for row in 0..<layer.rows {
        var sum = 0.0
        for column in 0..<columns {
          let input = column / max(1, taps)
          guard !stays.contains(input / consumer.width) else { continue }
          sum += Double(layer.quantised[row * columns + column]) * inputMeans[input]
        }
        offset[row] = Float(sum)
      }
      result[consumer.layer] = offset
    }
    return result
  }
}
