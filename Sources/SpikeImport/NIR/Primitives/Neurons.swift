import Foundation
import SpikeGraph

// dt is the length of a step. What a decay leaves is 1 - dt/τ (Euler) or exp(-dt/τ); the rest of it,
// 1 minus that, is the factor on what drives the state.
extension NIRPrimitive {
  /// `I`: dv/dt = r I.
  static let integrator = NIRPrimitive(
    "I", .integrator, becomes: "LI", inputShape: neuronShape("r")
  ) { node, shape, options throws(NIRError) in
    try NIRPopulation(
      model: .leakyIntegrator,
      gain: try NIRParameter(node, "r", for: shape).map { $0 * (options.timeStep ?? 1) }
    ).translation(node, shape, options)
  }

  /// `IF`: dv/dt = r I, a spike where v > v_threshold, then v = v_reset.
  static let integrateAndFire = NIRPrimitive(
    "IF", .integrator, spikes: true, becomes: "IF", inputShape: neuronShape("v_threshold")
  ) { node, shape, options throws(NIRError) in
    try NIRPopulation(
      model: .integrateAndFire,
      gain: try NIRParameter(node, "r", for: shape).map { $0 * (options.timeStep ?? 1) },
      threshold: try NIRParameter(node, "v_threshold", for: shape),
      reset: try NIRParameter(node, "v_reset", for: shape, default: 0)
    ).translation(node, shape, options)
  }

  /// `LI`: τ dv/dt = v_leak - v + r I.
  static let leakyIntegrator = NIRPrimitive(
    "LI", .leaky, becomes: "LI", inputShape: neuronShape("tau")
  ) { node, shape, options throws(NIRError) in
    try leaky(.leakyIntegrator, node, shape, options).translation(node, shape, options)
  }

  /// `LIF`: as LI, a spike where v > v_threshold, then v = v_reset.
  static let leakyIntegrateAndFire = NIRPrimitive(
    "LIF", .leaky, spikes: true, becomes: "LIF", inputShape: neuronShape("v_threshold")
  ) { node, shape, options throws(NIRError) in
    var population = try leaky(.leakyIntegrateAndFire, node, shape, options)
    population.threshold = try NIRParameter(node, "v_threshold", for: shape)
    population.reset = try NIRParameter(node, "v_reset", for: shape, default: 0)
    return try population.translation(node, shape, options)
  }

  /// `CubaLI`: τ_syn di/dt = -i + w_in S, τ_mem dv/dt = v_leak - v + r i.
  static let currentBasedIntegrator = NIRPrimitive(
    "CubaLI", .leaky, becomes: "LI", inputShape: neuronShape("tau_mem")
  ) { node, shape, options throws(NIRError) in
    try currentBased(.leakyIntegrator, node, shape, options).translation(node, shape, options)
  }

  /// `CubaLIF`: as CubaLI, a spike where v > v_threshold, then v = v_reset.
  static let currentBased = NIRPrimitive(
    "CubaLIF", .leaky, spikes: true, becomes: "CubaLIF", inputShape: neuronShape("v_threshold")
  ) { node, shape, options throws(NIRError) in
    var population = try currentBased(.currentBased, node, shape, options)
    population.threshold = try NIRParameter(node, "v_threshold", for: shape)
    population.reset = try NIRParameter(node, "v_reset", for: shape, default: 0)
    return try population.translation(node, shape, options)
  }

  /// `Threshold`: 1 where x > threshold, else 0: a population that forgets everything.
  static let threshold = NIRPrimitive(
    "Threshold", spikes: true, becomes: "LIF", inputShape: neuronShape("threshold")
  ) { node, shape, options throws(NIRError) in
    var always = options
    always.reset = .hard
    return try NIRPopulation(
      model: .leakyIntegrateAndFire, gain: NIRParameter(1), decay: NIRParameter(0),
      threshold: try NIRParameter(node, "threshold", for: shape)
    ).translation(node, shape, always)
  }

  private static func neuronShape(
    _ field: String
  ) -> @Sendable (NIRNode) throws(NIRError) -> Shape? {
    { node throws(NIRError) in
      let shape = try node.array(field).shape
      return shape.rank > 0 ? shape : nil
    }
  }

  private static func leaky(
    _ model: Neuron.Model, _ node: NIRNode, _ shape: Shape, _ options: NIRImportOptions
  ) throws(NIRError) -> NIRPopulation {
    let share = try share(node, "tau", shape, options)
    let resistance = try NIRParameter(node, "r", for: shape)
    let rest = try NIRParameter(node, "v_leak", for: shape)
    return NIRPopulation(
      model: model, gain: share.combined(with: resistance, *),
      shift: share.combined(with: rest, *), decay: share.map { 1 - $0 })
  }

  private static func currentBased(
    _ model: Neuron.Model, _ node: NIRNode, _ shape: Shape, _ options: NIRImportOptions
  ) throws(NIRError) -> NIRPopulation {
    let membrane = try share(node, "tau_mem", shape, options)
    let synapse = try share(node, "tau_syn", shape, options)
    let rest = try NIRParameter(node, "v_leak", for: shape)
    guard rest.uniform == 0 else {
      throw node.error(
        .unsupportedParameter,
        "The neurons rest at \(rest.values.first ?? 0) (v_leak); with a synaptic current, allowed "
          + "is 0.", fix: "shift the potentials so that they rest at 0")
    }
    let gain = try NIRParameter(node, "w_in", for: shape, default: 1)
      .combined(with: try NIRParameter(node, "r", for: shape), *)
      .combined(with: membrane, *).combined(with: synapse, *)
    return NIRPopulation(
      model: model, gain: gain, decay: membrane.map { 1 - $0 },
      currentDecay: synapse.map { 1 - $0 })
  }

  /// What a step takes away from a state: dt/τ, or 1 - exp(-dt/τ).
  private static func share(
    _ node: NIRNode, _ field: String, _ shape: Shape, _ options: NIRImportOptions
  ) throws(NIRError) -> NIRParameter {
    let constants = try NIRParameter(node, field, for: shape)
    guard let smallest = constants.values.min(), smallest > 0 else {
      throw node.error(
        .invalidField,
        "The field '\(field)' holds \(constants.values.min() ?? 0); allowed are times above 0.",
        fix: "look where the number comes from, and write the file again")
    }
    guard let step = options.timeStep else {
      throw node.error(
        .missingTimeStep,
        "\(node.type) has a time constant of \(smallest) (\(field)), and the length of a step is "
          + "unknown: a NIR file does not say it.",
        fix: "give the step with which the network was trained, for example --dt 0.001")
    }
    switch options.integration {
    case .euler:
      guard step <= smallest else {
        throw node.error(
          .invalidTimeStep,
          "A step of \(step) is longer than the time constant \(smallest) (\(field)); Euler's rule "
            + "would swing.", fix: "give a shorter --dt, or --integration exponential")
      }
      return constants.map { step / $0 }
    case .exponential: return constants.map { -expm1(-step / $0) }
    }
  }
}
