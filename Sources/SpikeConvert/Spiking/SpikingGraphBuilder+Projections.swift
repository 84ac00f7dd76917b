import SpikeDiagnostics
import SpikeGraph

extension SpikingGraphBuilder {
  /// W (u s) + b: one unit passes through; different units of the input channels go into the columns.
  mutating func project(_ index: Int, _ unit: ValueUnit) throws(ConvertError) -> ValueUnit {
    let node = graph.nodes[index]
    let input = shapes[node.inputs[0]] ?? []
    var factor: Float
    switch unit {
    case .uniform(let value): factor = value
    case .elements(let values):
      guard let channels = Pass.inputFactors(values, input, node, absent: 1),
        let weight = graph.constant(.weight, of: node)
      else {
        throw conflict(
          "The elements of one input channel have different units, which weights cannot absorb.",
          at: index)
      }
      // The mean keeps the scaled weights of the order of the original ones.
      factor = channels.reduce(0, +) / Float(channels.count)
      let scaled = Pass.columns(of: weight, node, times: channels.map { $0 / factor })
      edit { $0.setConstant(.weight, of: index, to: scaled) }
      report(
        Finding(
          .warning, code: ConvertFinding.weightsScaled.rawValue,
          message: "The weights were multiplied by the thresholds of \(channels.count) input "
            + "channels: more unique values.",
          location: Location(node: node.name, operator: node.operator.name),
          fix: "use one threshold per layer to keep the unique values"))
    }
    if let bias = graph.constant(.bias, of: node), factor != 1 {
      let scaled = Tensor(bias.floats().map { $0 / factor }, shape: bias.shape)
      edit { $0.setConstant(.bias, of: index, to: scaled) }
    }
    return .uniform(factor)
  }

  /// ReLU becomes a population; its threshold is divided by the unit of its current.
  mutating func addNeurons(_ index: Int, _ unit: ValueUnit) throws(ConvertError) -> ValueUnit {
    let node = graph.nodes[index]
    let shape = shapes[node.output] ?? []
    guard let threshold = thresholds[node.name] else {
      throw conflict("The activation has no threshold.", at: index)
    }
    guard let channels = unit.channels(of: shape) else {
      throw conflict(
        "The neurons of one channel would need different thresholds; one per channel is allowed.",
        at: index)
    }
    let values = threshold.values
    currentUnits[node.name] = channels
    let scaled = channels.indices.map { values[$0 % values.count] / channels[$0] }
    let isShared = values.count == 1 && unit.uniform != nil
    let tensor = isShared ? Tensor.scalar(scaled[0]) : Tensor(scaled, shape: [scaled.count])
    let neuron = Neuron(
      .integrateAndFire, reset: options.reset, comparator: options.comparator,
      initialShare: options.initialShare)
    edit {
      $0.nodes[index].operator = .neuron(neuron)
      $0.setConstant(.threshold, of: index, to: tensor)
    }
    if options.initialShare != 0.5 { startHalfWay(index, scaled) }
    return values.count == 1 ? .uniform(values[0]) : .perChannel(values, of: shape)
  }

  /// Neurons that start at 0 round down; a bias of θ / (2 T) per step makes up for the missing θ / 2
  /// by the last step (Deng & Gu 2021).
  private mutating func startHalfWay(_ index: Int, _ thresholds: [Float]) {
    let node = graph.nodes[index]
    guard let projection = graph.biasTarget(node.inputs[0], channels: thresholds.count) else {
      report(
        Finding(
          .warning, code: ConvertFinding.startNotCompensated.rawValue,
          message: "The neurons start at 0 and no bias in front of them can make up for it: rates "
            + "are rounded down.",
          location: Location(node: node.name, operator: node.operator.name),
          fix: "use more time steps, or start at half of the threshold"))
      return
    }
    let old = graph.constant(.bias, of: graph.nodes[projection])?.floats()
    let shifted = thresholds.indices.map {
      (old?[$0] ?? 0) + thresholds[$0] * (0.5 - options.initialShare) / Float(options.timeSteps)
    }
    edit { $0.setConstant(.bias, of: projection, to: Tensor(shifted, shape: [shifted.count])) }
  }
}
