import SpikeEngine
import SpikeGraph

/// First and second moments of what the inputs of every projection are, over samples and steps.
struct InputMoments {
  /// By layer, by input of the weight's second axis.
  private(set) var means: [[Double]]
  private(set) var squares: [[Double]]

  init(_ network: TrainableNetwork, engine: Network, inputs: [Float], count: Int) {
    means = network.layers.map { _ in [] }
    squares = means
    let graph = network.form.graph
    let names = network.layers.map { graph.nodes[$0.site.node].inputs.first ?? "" }
    var sums: [ValueName: (first: [Double], second: [Double], total: Int)] = [:]
    engine.observe(inputs, count: count, values: Set(names).sorted()) { activation in
      let size = activation.shape.elementCount
      let channels = activation.shape.rank == 0 ? 1 : activation.shape[0]
      var sum =
        sums[activation.name]
        ?? (
          [Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels), 0
        )
      let isVector = activation.shape.rank <= 1
      for (index, value) in activation.values.enumerated() {
        // Channels last; a vector has one element for each.
        let channel = isVector ? index % size : index % channels
        sum.first[channel] += Double(value)
        sum.second[channel] += Double(value) * Double(value)
      }
      sum.total += activation.count * activation.timeSteps * (isVector ? 1 : size / channels)
      sums[activation.name] = sum
    }
    for (index, layer) in network.layers.enumerated() {
      guard let sum = sums[names[index]], sum.total > 0 else { continue }
      let scale = 1 / Double(sum.total)
      let inputs = layer.shape[1]
      func perInput(_ values: [Double]) -> [Double] {
        // Groups of a convolution share the mean of all channels.
        guard values.count == inputs else {
          let mean = values.reduce(0, +) * scale / Double(max(1, values.count))
          return Array(repeating: mean, count: inputs)
        }
        return values.map { $0 * scale }
      }
      means[index] = perInput(sum.first)
      squares[index] = perInput(sum.second)
    }
  }

  /// Mean output of a layer under given weights: Σ w · mean input, for each row.
  func outputs(of index: Int, _ layer: TrainableLayer, weights: [Float]) -> [Double] {
    let columns = max(1, layer.columns)
    let taps = max(1, columns / max(1, layer.shape[1]))
    var result = [Double](repeating: 0, count: layer.rows)
    for (position, weight) in weights.enumerated() {
      result[position / columns] += Double(weight) * means[index][position % columns / taps]
    }
    return result
  }
}
