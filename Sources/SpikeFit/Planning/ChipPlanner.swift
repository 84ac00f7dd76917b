public import SpikeDiagnostics
public import SpikeGraph
public import SpikeHardware

/// Solves the limits of a chip jointly, before training.
///
/// Channel counts, codebook and bits are chosen together: fewer unique weights leave room for more
/// channels where the chip pays for both (axon types, index memory). Everything is a count of the
/// spec that the caller hands over; no chip is known by name.
public enum ChipPlanner {
  /// What the user has decided; nil leaves the choice to the plan.
  public struct Wishes: Hashable, Sendable {
    /// Unique weights of a codebook.
    public var uniqueWeights: Int?
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

  /// Numbers of unique weights that are tried where the user leaves it open, best first.
  static let candidates = [4, 3, 2]

  /// Plans a spiking model for a chip.
  /// - Parameter options: The fit's options with the ranges of the chip; codebook and channels are
  ///   what is planned.
  /// - Returns: a plan; where it is not possible, with the limits that cannot be met.
  /// - Throws: `fit.…` codes of models that cannot be fitted at all.
  public static func plan(
    _ model: Model, options: FitOptions, spec: HardwareSpec, wishes: Wishes = Wishes()
  ) throws(FitError) -> ChipPlan {
    let form = try NormalForm(model, options: options, thresholdFactor: 1)
    let network = try TrainableNetwork(form, options: options)
    let map = NetworkMap(network)
    let hasFreeZero = ChipPlanner.hasFreeZero(options, spec)
    let limit = spec.uniqueWeights?.maximum.value ?? .max
    let numbers: [Int?] =
      wishes.uniqueWeights.map { [$0] } ?? candidates.filter { $0 <= limit }
    var best: (solver: ChipSolver, widths: [Int], value: Double)?
    for number in numbers {
      let demand = ChipDemand(
        map: map, spec: spec, uniqueWeights: number, hasFreeZero: hasFreeZero,
        timeSteps: options.timeSteps, weightBits: options.bits ?? 8)
      let solver = ChipSolver(demand, options, largestShare: wishes.largestShare)
      let widths = solver.solve()
      let misses = demand.items(widths).count { !$0.isMet }
      let levels = (number ?? 256) + (hasFreeZero ? 1 : 0)
      let value = demand.information(widths, levels: levels) - 1e12 * Double(misses)
      if value > best?.value ?? -.infinity { best = (solver, widths, value) }
    }
    guard let best else {
      throw FitError(
        .invalidOption, "The chip allows \(limit) unique weights; at least 2 are needed.",
        fix: "check the hardware spec")
    }
    return ChipPlanReport(
      solver: best.solver, widths: best.widths, options: options, wishes: wishes
    ).plan
  }

  /// Absent synapses are used where they cost nothing and the values are learned freely.
  static func hasFreeZero(_ options: FitOptions, _ spec: HardwareSpec) -> Bool {
    let isFree =
      [.cat, .catSoft].contains(options.codebook.method) && options.codebook.family == .free
    return options.hasFreeZero || isFree && spec.uniqueWeights?.zeroIsFree == true
  }
}
