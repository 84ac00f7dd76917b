public import SpikeDiagnostics
public import SpikeGraph

extension SpikeFitter {
  /// What a fit would end in, without training: the planned number of channels with the largest
  /// weights, codebooks and integers as they are best for the weights at hand.
  ///
  /// It computes nonsense at worst, but it has the shape, the ranges and the number of values of the
  /// trained model, so that it can be exported and validated before any time is spent.
  /// - Throws: any `fit.…` code.
  public static func rehearse(
    _ model: Model, options: FitOptions
  ) throws(FitError) -> Model {
    try options.check()
    let form = try NormalForm(model, options: options, thresholdFactor: 1)
    var network = try TrainableNetwork(form, options: options)
    network.quantise()
    try network.narrow(to: options.chip.mostChannels)
    network.startCodebooks()
    let fitted = try FittedGraph(network, units: IntegerUnits(network))
    return Model(
      graph: fitted.graph, stage: .fitted,
      encoding: InputEncoding(scale: [form.inputScale], offset: [0], bits: form.inputBits),
      timeSteps: options.timeSteps, codebooks: fitted.codebooks, history: model.history)
  }
}

extension TrainableNetwork {
  /// Removes the channels with the smallest incoming weights until groups have their planned width.
  mutating func narrow(to most: [String: Int]) throws(FitError) {
    for name in most.keys.sorted() {
      guard let count = most[name],
        let group = ChannelGroup.prunable(of: self).first(where: { group in
          group.populations.first.map { form.graph.nodes[structure.populations[$0].node].name }
            == name
        }), count < group.channels
      else { continue }
      var sums = [Double](repeating: 0, count: group.channels)
      for producer in group.producers + group.depthwise {
        let columns = max(1, layers[producer].columns)
        for (index, weight) in layers[producer].quantised.enumerated() {
          sums[index / columns] += Double(abs(weight))
        }
      }
      let order = sums.indices.sorted { (sums[$1], $0) < (sums[$0], $1) }
      try remove(from: group, keeping: order.prefix(max(1, count)).sorted())
    }
  }
}
