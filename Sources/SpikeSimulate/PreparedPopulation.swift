import SpikeBundle
import SpikeCompute
import SpikeDiagnostics

/// A population in the units of the kernels.
struct PreparedPopulation: Sendable {
  let name: String
  let layout: MapLayout
  let neurons: EventNeurons
  /// Whether its spikes leave it. A read-out integrates only; in the arithmetics of Loihi and
  /// Speck it is a neuron with the highest threshold, and passing that threshold is an overflow.
  let spikes: Bool
  /// Potential of each channel before the first step, in units of the state.
  let initial: [Int32]
  let bound: PotentialBound

  /// Highest threshold of Loihi, which a read-out gets: 17 bits.
  static let highestThreshold: Int32 = 131_071

  /// - Throws: `simulate.invalid-bundle`, `simulate.range-too-wide`.
  init(
    _ population: Population, arithmetic: Arithmetic, layout: MapLayout,
    projections: [PreparedProjection], steps: Int
  ) throws(SimulateError) {
    let problem = InvalidBundle(node: population.name)
    let isLoihi = arithmetic == .loihiCuba
    let isSpeck = arithmetic == .speck
    let shift = isLoihi ? 6 : 0
    name = population.name
    self.layout = layout
    spikes = population.model != "LI"
    guard ["IF", "LIF", "CubaLIF", "LI"].contains(population.model) else {
      throw problem("The neuron model '\(population.model)' is not IF, LIF, CubaLIF or LI.")
    }
    guard (0...4096).contains(population.membraneDecay),
      (0...4096).contains(population.currentDecay)
    else {
      throw problem(
        "The decays are \(population.membraneDecay) and \(population.currentDecay); allowed are "
          + "0…4096.")
    }
    if isSpeck, let message = SpeckNumbers.problem(of: population) { throw problem(message) }
    func perChannel(
      _ values: [Int32], _ what: String, default missing: Int32?
    ) throws(SimulateError) -> [Int32] {
      switch values.count {
      case layout.channels: return values
      case 1: return Array(repeating: values[0], count: layout.channels)
      case 0 where missing != nil:
        return Array(repeating: missing ?? 0, count: layout.channels)
      default:
        throw problem(
          "It has \(values.count) \(what); one or one per channel (\(layout.channels)) are "
            + "allowed.")
      }
    }
    var thresholds = try perChannel(
      population.thresholds, "thresholds",
      default: spikes ? nil : PreparedPopulation.highestThreshold)
    if !spikes {
      let highest = isSpeck ? SpeckNumbers.silentThreshold : PreparedPopulation.highestThreshold
      thresholds = thresholds.map { _ in highest }
    }
    let biases = try perChannel(population.biases, "biases", default: 0)
    let initial = try perChannel(population.initialPotentials, "initial potentials", default: 0)
    let reset: Int32?
    switch population.reset {
    case .toValue(let value): reset = value
    case .bySubtraction: reset = nil
    case nil:
      guard !spikes else { throw problem("A neuron that spikes needs a reset.") }
      reset = isSpeck ? nil : 0
    }
    bound = PotentialBound(
      sums: projections.map(\.sumRange), biases: biases, initial: initial,
      reset: reset.map { [$0] } ?? thresholds, keepsCurrent: population.currentDecay < 4096,
      steps: steps)
    let room = Int64(Int32.max) >> Int64(shift)
    let constants = (thresholds + biases + initial + [reset ?? 0]).map { Int64($0).magnitude }.max()
    try bound.check(
      fits: arithmetic, keepsCurrent: population.currentDecay < 4096,
      constants: Int64(constants ?? 0), room: room, name: population.name)
    self.initial = initial.map { $0 << Int32(shift) }
    neurons = EventNeurons(
      positions: layout.positions, channels: layout.channels,
      thresholds: IntegerBuffer(thresholds.map { $0 << Int32(shift) }),
      biases: IntegerBuffer(biases.map { $0 << Int32(shift) }), shift: shift,
      currentKeep: 4096 - Int(population.currentDecay),
      membraneKeep: 4096 - Int(population.membraneDecay), has24BitStates: isLoihi,
      wrapsSums: isLoihi
        && projections.contains { if case .convolution = $0.kind { true } else { false } },
      spikes: spikes || isLoihi || isSpeck,
      spikesAboveOnly: population.spikesAboveOnly || !spikes,
      resetValue: reset.map { $0 << Int32(shift) }, spikesSeveralTimes: isSpeck)
  }
}
