import SpikeDiagnostics
import SpikeGraph

extension FitOptions.Leak {
  /// The population with which a fit starts.
  func rewritten(_ neuron: Neuron) -> Neuron {
    var neuron = neuron
    if mode == .none {
      if neuron.spikes { neuron.model = .integrateAndFire }
      neuron.membraneDecay = 1
      neuron.currentDecay = 0
      return neuron
    }
    guard neuron.spikes else { return neuron }
    let start = initial ?? (mode == .learn && !neuron.leaks ? FitOptions.Leak.defaultStart : nil)
    guard let start else { return neuron }
    if neuron.model == .integrateAndFire, start > 0 || mode == .learn {
      neuron.model = .leakyIntegrateAndFire
    }
    neuron.membraneDecay = 1 - start
    return neuron
  }

  /// Whether the leak of a population is learned: that of every spiking one, and that of a read-out
  /// which has one.
  func learns(_ neuron: Neuron) -> Bool { mode == .learn && (neuron.spikes || neuron.leaks) }

  /// Whether a population starts with another leak than the model gave it.
  func changes(_ neuron: Neuron) -> Bool {
    let new = rewritten(neuron)
    return new.leaks != neuron.leaks || new.leaks && new.membraneDecay != neuron.membraneDecay
      || new.keepsCurrent != neuron.keepsCurrent
  }
}

extension NormalForm {
  /// Gives every population the leak that was asked for; what is learned becomes a constant.
  static func setLeaks(_ graph: inout Graph, _ leak: FitOptions.Leak) {
    for index in graph.nodes.indices {
      guard case .neuron(let given) = graph.nodes[index].operator else { continue }
      var neuron = leak.rewritten(given)
      neuron.fractionBits = nil
      graph.nodes[index].operator = .neuron(neuron)
      guard leak.learns(neuron) else { continue }
      let name = "\(graph.nodes[index].name).decay"
      graph.nodes[index].parameters[.decay] = name
      graph.constants[name] = .scalar(neuron.membraneDecay)
    }
  }

  /// - Throws: `fit.unsupported-leak` where the chip has no such leak, `fit.unsupported-structure`
  ///   for decays that are none and for biases that would decay with a synaptic current.
  static func checkLeaks(_ graph: Graph, _ target: FitTarget) throws(FitError) {
    for node in graph.nodes {
      guard case .neuron(let neuron) = node.operator else { continue }
      let place = Location(node: node.name, operator: node.operator.name)
      for decay in [neuron.membraneDecay, neuron.currentDecay] where !(0...1).contains(decay) {
        throw FitError(
          .unsupportedStructure, "A decay is \(decay); factors per step are 0 to 1.", at: place,
          fix: "repair the model, or fit with --leak none")
      }
      guard neuron.leaks || neuron.keepsCurrent || node.parameters[.decay] != nil else { continue }
      guard case .unsupported(let has) = target.leak else {
        try checkCurrent(graph, node, neuron, place)
        continue
      }
      let what =
        neuron.keepsCurrent
        ? "The synaptic currents decay to \(neuron.currentDecay) of themselves each step"
        : "The potentials decay to \(neuron.membraneDecay) of themselves each step"
      throw FitError(
        .unsupportedLeak, "\(what); \(target.name) \(has).", at: place,
        fix: "train without a leak (--leak none), or fit for a chip with exponential decays, as "
          + "loihi2")
    }
  }

  /// Chips add the bias behind the synaptic current, where it does not decay with it; a trained bias
  /// is part of the current.
  private static func checkCurrent(
    _ graph: Graph, _ node: Node, _ neuron: Neuron, _ place: Location
  ) throws(FitError) {
    guard neuron.keepsCurrent else { return }
    var names = node.inputs
    while let name = names.popLast() {
      guard let index = graph.producer(of: name) else { continue }
      let maker = graph.nodes[index]
      if maker.operator.isNeuron { continue }
      names += maker.inputs
      guard let bias = graph.constant(.bias, of: maker)?.floats(), bias.contains(where: { $0 != 0 })
      else { continue }
      throw FitError(
        .unsupportedStructure,
        "The synaptic currents decay, and '\(maker.name)' has a bias that would decay with them.",
        at: place,
        fix: "remove the bias from the model, or fit with --leak none, which drops the currents' "
          + "decay too")
    }
  }
}
