public import SpikeDiagnostics
public import SpikeGraph
public import SpikeHardware

/// Solves the limits of a chip jointly, before training.
///
/// Channel counts and unique weights of every layer are chosen together: fewer unique weights leave room
/// for more channels where the chip pays for both (axon types, index memory). Everything is a count of the
/// spec that the caller hands over; no chip is known by name.
public enum ChipPlanner {
  /// What the user has decided; nil leaves the choice to the plan.
  public struct Wishes: Hashable, Sendable {
    /// Unique weights of a codebook.
    public var uniqueWeights: Int?
    /// Numbers of single layers.
    public var layers = FitOptions.Layers()
    /// Weights that share a codebook.
    public var scope: CodebookScope?
    /// Most of the channels of a group that a plan may take away, in 1.
    public var largestShare = 0.95

    /// Makes wishes.
    public init(uniqueWeights: Int? = nil, scope: CodebookScope? = nil) {
      self.uniqueWeights = uniqueWeights
      self.scope = scope
    }
  }

  /// Numbers of unique weights that are tried where the user leaves it open, best first: pairs of
  /// values of both signs. Three were worse than two after training on 6 of 8 networks
  /// (`docs/fit-to-a-chip.md`), and are tried only where a chip has no more.
  static func candidates(_ limit: Int) -> [Int] {
    limit < 2 ? [] : limit < 4 ? Array([limit, 2].prefix(limit - 1)) : [4, 2]
  }

  /// Plans a spiking model for a chip: the best of ``plans(_:options:spec:wishes:)``.
  /// - Returns: a plan; where it is not possible, with the limits that cannot be met.
  /// - Throws: `fit.…` codes of models that cannot be fitted at all.
  public static func plan(
    _ model: Model, options: FitOptions, spec: HardwareSpec, wishes: Wishes = Wishes()
  ) throws(FitError) -> ChipPlan {
    try plans(model, options: options, spec: spec, wishes: wishes)[0]
  }

  /// Plans of a spiking model for a chip that differ in unique weights, best first.
  /// - Parameter options: The fit's options with the ranges of the chip; codebook and channels are
  ///   what is planned.
  /// - Returns: one or more plans; where one is not possible, with the limits that cannot be met.
  /// - Throws: `fit.…` codes of models that cannot be fitted at all.
  public static func plans(
    _ model: Model, options: FitOptions, spec: HardwareSpec, wishes: Wishes = Wishes()
  ) throws(FitError) -> [ChipPlan] {
    let form = try NormalForm(model, options: options, thresholdFactor: 1)
    let network = try TrainableNetwork(form, options: options)
    let map = NetworkMap(network)
    let hasFreeZero = ChipPlanner.hasFreeZero(options, spec)
    let limit = spec.uniqueWeights?.maximum.value ?? .max
    let search = PlanSearch(
      model, map: map, options: options, spec: spec, wishes: wishes, hasFreeZero: hasFreeZero)
    let plans = try search.plans(candidates(limit))
    guard !plans.isEmpty else {
      throw FitError(
        .invalidOption, "The chip allows \(limit) unique weights; at least 2 are needed.",
        fix: "check the hardware spec")
    }
    return plans.map { plan in
      ChipPlanReport(
        solver: plan.solver, widths: plan.widths, options: options, wishes: wishes,
        damage: plan.damage
      ).plan
    }
  }

  /// Absent synapses are used where they cost nothing and the values are learned freely.
  static func hasFreeZero(_ options: FitOptions, _ spec: HardwareSpec) -> Bool {
    let isFree =
      [.cat, .catSoft].contains(options.codebook.method) && options.codebook.family == .free
    return options.hasFreeZero || isFree && spec.uniqueWeights?.zeroIsFree == true
  }
}
