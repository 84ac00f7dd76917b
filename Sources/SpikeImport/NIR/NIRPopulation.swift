import SpikeDiagnostics
import SpikeGraph

/// A population in time steps, before it is known whether the graph can hold it:
///
///     i = currentDecay · i + gain · I + shift      (i = gain · I + shift without currentDecay)
///     h = decay · v + i
///
/// I includes what recurrent layers bring, so that their weights become gain · W.
struct NIRPopulation {
  var model: Neuron.Model
  /// Factor on the input.
  var gain: NIRParameter
  /// Summand of every step.
  var shift = NIRParameter(0)
  /// What is left of a potential after a step.
  var decay = NIRParameter(1)
  /// What is left of a synaptic current after a step.
  var currentDecay = NIRParameter(0)
  /// Nil for populations that do not spike.
  var threshold: NIRParameter?
  /// Potential after a spike with a hard reset.
  var reset = NIRParameter(0)

  /// The layers: the current of the equation, where it is not the input itself, and the neurons.
  /// - Throws: `nir.unsupported-parameter`, `nir.invalid-field`.
  func translation(
    _ node: NIRNode, _ shape: Shape, _ options: NIRImportOptions
  ) throws(NIRError) -> NIRTranslation {
    var own = self
    var findings: [Finding] = []
    var neuron = Neuron(
      model, comparator: options.comparator,
      membraneDecay: try uniform(decay, node, "time constants of the membrane (tau)"),
      currentDecay: try uniform(currentDecay, node, "time constants of the synapse (tau_syn)"))
    var parameters: [ParameterRole: Tensor] = [:]
    if let threshold {
      if options.reset == .hard {
        neuron.reset = .toValue(try uniform(reset, node, "reset potentials (v_reset)"))
      }
      guard threshold.values.allSatisfy({ $0 > 0 && Float($0) > 0 && Float($0).isFinite }) else {
        throw node.error(
          .unsupportedParameter,
          "A threshold is \(threshold.values.min() ?? 0); allowed are numbers above 0.",
          fix: "shift the potentials so that they rest at 0")
      }
      if threshold.uniform == nil, threshold.channels(of: shape) == nil {
        findings.append(try own.normalise(threshold, neuron, node))
      }
      parameters[.threshold] = own.threshold.map { Self.perChannel($0, shape) }
    }
    if let recurrence = try NIRRecurrence(node, shape) {
      parameters[.recurrence] = recurrence.weight(times: own.gain)
      own.shift = own.shift.combined(with: own.gain.combined(with: recurrence.bias, *), +)
    }
    var layers: [NIRLayer] = []
    if let current = own.current(shape) { layers.append(current) }
    layers.append(NIRLayer(operator: .neuron(neuron), parameters: parameters))
    return NIRTranslation(layers, findings: findings)
  }

  /// Thresholds that differ inside a channel: the equation is divided by them.
  private mutating func normalise(
    _ threshold: NIRParameter, _ neuron: Neuron, _ node: NIRNode
  ) throws(NIRError) -> Finding {
    if case .toValue(let value) = neuron.reset, value != 0 {
      throw node.error(
        .unsupportedParameter,
        "Thresholds differ inside a channel while the reset potential is \(value); allowed is 0.",
        fix: "use one threshold for each channel, or reset to 0")
    }
    gain = gain.combined(with: threshold, /)
    shift = shift.combined(with: threshold, /)
    self.threshold = NIRParameter(1)
    return Finding(
      .note, code: "nir.normalised-thresholds",
      message: "Thresholds differ inside a channel: currents are divided by them, and the "
        + "threshold is 1. Sums are rounded differently than in the file's program.",
      location: node.location)
  }

  private func current(_ shape: Shape) -> NIRLayer? {
    var parameters: [ParameterRole: Tensor] = [:]
    if gain.values.contains(where: { $0 != 1 }) { parameters[.scale] = gain.constant(for: shape) }
    if shift.values.contains(where: { $0 != 0 }) {
      parameters[.shift] = shift.constant(for: shape)
    }
    return parameters.isEmpty ? nil : NIRLayer(operator: .affine, parameters: parameters)
  }

  private static func perChannel(_ threshold: NIRParameter, _ shape: Shape) -> Tensor {
    if let channels = threshold.channels(of: shape) {
      return Tensor(channels.map { Float($0) }, shape: [channels.count])
    }
    return .scalar(Float(threshold.values[0]))
  }

  private func uniform(
    _ parameter: NIRParameter, _ node: NIRNode, _ what: String
  ) throws(NIRError) -> Float {
    guard let value = parameter.uniform else {
      throw node.error(
        .unsupportedParameter,
        "The \(what) differ from neuron to neuron; a population of sfconv has one for all.",
        fix: "train the network with one value for each layer")
    }
    return Float(value)
  }
}
