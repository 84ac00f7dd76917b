import SpikeGraph

/// Leaks in the integers of a chip: shares of 1/4096, states with some bits behind the point, and
/// what is left of a state rounded towards zero.
enum LeakIntegers {
  /// Parts of a decay: 12 bits.
  static let parts: Float = 4096

  /// The nearest factor that a chip has.
  static func rounded(_ decay: Float) -> Float {
    (decay * parts).rounded(.toNearestOrEven) / parts
  }

  /// The population with states and decays of the chip; the same where nothing leaks.
  static func realised(_ neuron: Neuron, decay: Float, target: FitTarget) -> Neuron {
    guard case .exponential(let bits) = target.leak else { return neuron }
    var neuron = neuron
    neuron.membraneDecay = decay
    if neuron.keepsCurrent { neuron.currentDecay = rounded(neuron.currentDecay) }
    if neuron.leaks || neuron.keepsCurrent { neuron.fractionBits = bits }
    return neuron
  }
}

extension TrainableNetwork {
  /// Whether the states of a node's population are rounded by a leak.
  private func hasRoundedStates(_ node: Node) -> Bool {
    guard case .neuron(let neuron) = node.operator else { return false }
    return neuron.leaks || neuron.keepsCurrent || node.parameters[.decay] != nil
  }

  /// Populations whose states are rounded by a leak once integers are chosen.
  var leakyPopulations: [PopulationSite] {
    structure.populations.filter { hasRoundedStates(form.graph.nodes[$0.node]) }
  }

  /// The graph for the engine. Once integers are chosen, populations that leak hold what the chip
  /// holds, in multiples of their units: what is trained is what is deployed.
  var engineGraph: Graph {
    var graph = form.graph
    guard integers != nil, case .exponential(let bits) = options.target.leak else { return graph }
    for population in leakyPopulations {
      let node = form.graph.nodes[population.node]
      guard case .neuron(let given) = node.operator else { continue }
      var neuron = LeakIntegers.realised(
        given, decay: realisedDecay(of: node), target: options.target)
      neuron.fractionBits = bits
      graph.nodes[population.node].operator = .neuron(neuron)
      if let name = node.parameters[.decay] {
        graph.constants[name] = .scalar(realisedDecay(of: node))
      }
      let units = realisedUnits(of: population)
      let name = TrainableNetwork.unitName(node)
      graph.nodes[population.node].parameters[.unit] = name
      graph.constants[name] = Tensor(units, shape: units.count == 1 ? [] : [units.count])
    }
    return graph
  }

  static func unitName(_ node: Node) -> ValueName { "\(node.name).unit" }

  /// Real current of integer 1 of a population: one number, or one for each channel.
  func realisedUnits(of population: PopulationSite) -> [Float] {
    guard let integers else { return [1] }
    let unit = integers.groups[population.group] * population.factor
    let node = form.graph.nodes[population.node]
    let count = form.graph.constant(.threshold, of: node)?.count ?? 1
    guard count > 1, let driver = layers.first(where: { $0.site.group == population.group }) else {
      return [Float(unit)]
    }
    return driver.channelScales.map { Float(unit * Double($0)) }
  }

  /// A graph whose populations have the decays of now, without the constants that they are learned
  /// by.
  func settlingLeaks(_ graph: Graph) -> Graph {
    var graph = graph
    for index in graph.nodes.indices {
      guard case .neuron(var neuron) = graph.nodes[index].operator else { continue }
      neuron.membraneDecay =
        neuron.model == .integrateAndFire
        ? neuron.membraneDecay : realisedDecay(of: graph.nodes[index])
      if integers != nil {
        neuron = LeakIntegers.realised(
          neuron, decay: neuron.membraneDecay, target: options.target)
      }
      graph.nodes[index].operator = .neuron(neuron)
      if let name = graph.nodes[index].parameters.removeValue(forKey: .decay) {
        graph.constants[name] = nil
      }
    }
    return graph
  }
}
