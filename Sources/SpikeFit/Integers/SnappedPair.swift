package import SpikeGraph

extension SpikeFitter {
  /// The two forms of a network whose integers have been chosen: real numbers that are multiples
  /// of the units, as the forward pass of training sees them, and the integers themselves.
  package static func snappedPair(
    _ model: Model, options: FitOptions
  ) throws(FitError) -> (snapped: Graph, integers: Graph, codebooks: [ValueName: WeightCodebook]) {
    let form = try NormalForm(model, options: options, thresholdFactor: 1)
    var network = try TrainableNetwork(form, options: options)
    network.startCodebooks()
    let units = IntegerUnits(network)
    network.integers = units
    network.quantise()
    network.writeGraph()
    for population in network.structure.populations where population.spikes {
      let node = network.form.graph.nodes[population.node]
      guard let name = node.parameters[.threshold], let old = network.form.graph.constants[name]
      else { continue }
      network.form.graph.constants[name] = Tensor(
        network.realisedThreshold(of: population).reals, shape: old.shape)
    }
    for branch in network.structure.branches {
      guard let name = network.form.graph.nodes[branch.node].parameters[.scale],
        let old = network.form.graph.constants[name]
      else { continue }
      network.form.graph.constants[name] = Tensor(
        network.realisedBranch(branch).reals, shape: old.shape)
    }
    let fitted = try FittedGraph(network, units: units)
    return (network.engineGraph, fitted.graph, fitted.codebooks)
  }
}
