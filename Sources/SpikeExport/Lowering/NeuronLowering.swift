import SpikeBundle
import SpikeDiagnostics
import SpikeGraph

// Neuron nodes: currents in, a population out.
extension GraphLowering {
  mutating func populate(
    _ signal: Signal, _ neuron: Neuron, _ node: Node, _ place: Location
  ) throws(ExportError) -> Signal {
    let currents: Currents
    switch signal {
    case .currents(let given): currents = given
    case .spikes(let spikes):
      currents = try oneToOne(
        spikes, factors: Array(repeating: 1, count: spikes.mapShape[0]), node, place)
    case .broken: return .broken
    }
    let membraneDecay =
      neuron.model == .integrateAndFire ? 0 : try decay(neuron.membraneDecay, "membrane", place)
    let currentDecay =
      neuron.model == .currentBased || neuron.model == .leakyIntegrator
      ? try decay(neuron.currentDecay, "current", place) : 4096
    try checkStates(neuron, currents, leaks: membraneDecay != 0, keeps: currentDecay != 4096, place)
    var population = Population(
      name: node.name, shape: currents.shape, model: neuron.model.name, reset: nil,
      spikesAboveOnly: neuron.comparator == .greater, thresholds: [],
      biases: currents.biases.allSatisfy { $0 == 0 } ? [] : currents.biases,
      membraneDecay: membraneDecay, currentDecay: currentDecay,
      scale: currents.unit / Float(currents.divisor))
    if let range = target.limits.biases,
      let bad = population.biases.first(where: { !range.contains($0) })
    {
      throw limit(
        "bias", bad, range, at: place, "fit with --target \(target.name), or with fewer input bits")
    }
    if neuron.spikes {
      try setThresholds(of: &population, neuron, node, currents.divisor, place)
    } else {
      population.initialPotentials = [target.limits.readoutStart]
    }
    let index = populations.count
    populations.append(population)
    for var projection in currents.projections {
      projection.name = uniqueName(projection.name)
      projection.target = index
      projections.append(projection)
    }
    let spikes = Spikes(sources: [.population(index)], shape: currents.shape)
    try recur(spikes, node, divisor: currents.divisor, target: index, place)
    return .spikes(spikes)
  }

  /// What rounds a leak must be what it was trained with, and a bias must not decay with a current:
  /// the chip adds it behind.
  private func checkStates(
    _ neuron: Neuron, _ currents: Currents, leaks: Bool, keeps: Bool, _ place: Location
  ) throws(ExportError) {
    guard leaks || keeps else { return }
    guard !target.arithmetic.hasLinearLeak else {
      throw ExportError(
        .unsupportedNeuron,
        "The neurons keep a share of their state each step; those of '\(target.name)' move by a "
          + "constant towards 0.", at: place, fix: "fit with --target \(target.name) --leak none")
    }
    let bits = target.arithmetic == .loihiCuba ? 6 : 0
    guard neuron.fractionBits == bits else {
      let found = neuron.fractionBits.map { "\($0) bits behind the point" } ?? "real potentials"
      throw ExportError(
        .unsupportedNeuron,
        "The leak was fitted with \(found); '\(target.name)' rounds it with \(bits) bits.",
        at: place, fix: "fit with --target \(target.name)")
    }
    guard !keeps || currents.biases.allSatisfy({ $0 == 0 }) else {
      throw ExportError(
        .unsupportedNeuron,
        "The synaptic currents decay, and their biases would too; '\(target.name)' adds biases "
          + "behind the currents.", at: place,
        fix: "remove the biases of the projection before the fit")
    }
    guard currents.divisor == 1 else {
      throw ExportError(
        .unsupportedNeuron,
        "Leaky neurons stand behind a mean of \(currents.divisor): their leak would be rounded "
          + "otherwise than in training.", at: place, fix: "fit again: a fit makes sums of means")
    }
  }

  private func setThresholds(
    of population: inout Population, _ neuron: Neuron, _ node: Node, _ divisor: Int,
    _ place: Location
  ) throws(ExportError) {
    guard let tensor = model.graph.constant(.threshold, of: node) else {
      throw ExportError(
        .invalidGraph, "The neuron has no threshold.", at: place,
        fix: "make the model file again with sfconv fit")
    }
    let given = try IntegerConstant.values(
      tensor, "threshold", at: Location(tensor: node.parameters[.threshold]).filled(from: place))
    var thresholds: [Int32] = []
    var initial: [Int32] = []
    for value in given {
      thresholds.append(try IntegerConstant.product(value, divisor, "threshold", at: place))
      let share = Double(neuron.initialShare) * Double(value) * Double(divisor)
      initial.append(try IntegerConstant.value(Float(share), "initial potential", at: place))
    }
    switch neuron.reset {
    case .bySubtraction:
      guard target.limits.allowsSoftReset else {
        throw ExportError(
          .unsupportedNeuron,
          "The neurons subtract their threshold after a spike; '\(target.name)' sets the potential "
            + "to a value.", at: place,
          fix: "convert and fit with --target \(target.name) (hard reset)")
      }
      population.reset = .bySubtraction
    case .toValue(let value):
      let integer = try IntegerConstant.product(
        IntegerConstant.value(value, "reset value", at: place), divisor, "reset value", at: place)
      if let range = target.limits.resetValues, !range.contains(integer) {
        throw limit("reset value", integer, range, at: place, "fit with --target \(target.name)")
      }
      population.reset = .toValue(integer)
    }
    if let range = target.limits.initialPotentials,
      let bad = initial.first(where: { !range.contains($0) })
    {
      throw limit(
        "potential before the first step", bad, range, at: place,
        "fit with --target \(target.name), which starts where the chip starts")
    }
    if target.arithmetic == .loihiCuba && neuron.comparator == .greaterOrEqual {
      guard population.membraneDecay == 0, population.currentDecay == 4096 else {
        throw ExportError(
          .unsupportedNeuron,
          "Leaky neurons spike at their threshold; '\(target.name)' spikes above it only.",
          at: place, fix: "convert and fit with --target \(target.name)")
      }
      thresholds = thresholds.map { $0 == Int32.min ? $0 : $0 - 1 }
      population.spikesAboveOnly = true
    }
    if let range = target.limits.thresholds,
      let bad = thresholds.first(where: { !range.contains($0) })
    {
      throw limit("threshold", bad, range, at: place, "fit with --target \(target.name)")
    }
    population.thresholds = Set(thresholds).count == 1 ? [thresholds[0]] : thresholds
    population.initialPotentials = Set(initial).count == 1 ? [initial[0]] : initial
  }

  /// A factor per step as the share that is lost, in 1/4096.
  private func decay(
    _ factor: Float, _ what: String, _ place: Location
  ) throws(ExportError) -> Int32 {
    let lost = (1 - Double(factor)) * 4096
    guard (0...4096).contains(lost), lost == lost.rounded() else {
      throw ExportError(
        .unsupportedNeuron,
        "The \(what) keeps \(factor) of itself each step; allowed are multiples of 1/4096 in 0…1.",
        at: place, fix: "fit with --target \(target.name), which rounds the leak")
    }
    return Int32(lost)
  }
}
