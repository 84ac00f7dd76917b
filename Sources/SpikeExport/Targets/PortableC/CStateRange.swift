import SpikeBundle

/// What the states of a population can be in the worst case, whatever the input: intervals, step by
/// step, through the formulas of the neuron.
///
/// Every input of a step may be as high (or low) as its positive (negative) weights allow; a
/// potential that stays is at most the threshold. All functions involved never descend, so the ends
/// of an interval go to the ends of the next.
struct CStateRange {
  /// What is known of a population before its ranges are.
  struct Neuron {
    var initial: ClosedRange<Int64>
    var biases: ClosedRange<Int64>
    /// nil for a read-out, which never spikes.
    var thresholds: ClosedRange<Int64>?
    var spikesAboveOnly: Bool
    /// nil for a reset by subtraction.
    var resetValue: Int64?
    /// 4096 less the decays.
    var membraneKeep: Int64
    var currentKeep: Int64
    /// Steps of a window.
    var steps: Int
    /// Sums that spikes bring in one step.
    var events: ClosedRange<Int64>
    /// Sums that the input brings in every step.
    var constants: ClosedRange<Int64>
  }

  /// Potentials as they are stored, also between the synapses that are added to them.
  var potential: ClosedRange<Int64> = 0...0
  /// Potentials before the comparison.
  var compared: ClosedRange<Int64> = 0...0
  /// Synaptic currents.
  var current: ClosedRange<Int64> = 0...0
  /// Whether the 24 bits of Loihi matter: sums of convolutions, currents, potentials.
  var wrapsSums = false
  var wrapsCurrents = false
  var clips = false

  static let half24: Int64 = 1 << 23

  static func kept(_ state: Int64, _ keep: Int64) -> Int64 {
    let magnitude = (Int64(state.magnitude) * keep) >> 12
    return state < 0 ? -magnitude : magnitude
  }

  /// Plain integers; nil where 32 bits do not hold them.
  init?(plain neuron: Neuron) {
    var v = neuron.initial
    var u: ClosedRange<Int64> = 0...0
    potential = v
    let sums = neuron.events + neuron.constants
    for _ in 0..<neuron.steps {
      let keptV = v.mapped { CStateRange.kept($0, neuron.membraneKeep) }
      let keptU = u.mapped { CStateRange.kept($0, neuron.currentKeep) }
      let nextU = keptU + sums
      let p = keptV + nextU + neuron.biases
      let after = v.union(CStateRange.fired(p, neuron))
      // Synapses are added to the potential itself where no current is kept.
      potential = potential.union(after).union(keptV + neuron.events)
      current = current.union(nextU).union(keptU + neuron.events)
      compared = compared.union(p).union(keptV + nextU)
      guard [potential, current, compared].allSatisfy(CInteger.widest.contains) else { return nil }
      let isSteady = after == v && u.union(nextU) == u
      (v, u) = (after, u.union(nextU))
      if isSteady { break }
    }
  }

  /// Loihi's 24 bits, in 1/64 of an integer; nil where the 32-bit steps in between overflow.
  init?(loihi neuron: Neuron, receivesConvolution: Bool) {
    let half = CStateRange.half24
    var v = neuron.initial
    var u: ClosedRange<Int64> = 0...0
    potential = v
    var sums = neuron.events + neuron.constants
    guard CInteger.widest.contains(sums) else { return nil }
    let inside = -half...half - 1
    if receivesConvolution, !inside.contains(sums) {
      wrapsSums = true
      sums = inside
    }
    for _ in 0..<neuron.steps {
      let arriving = sums.mapped { $0 * 64 }
      var nextU = u.mapped { CStateRange.kept($0, neuron.currentKeep) } + arriving
      guard CInteger.widest.contains(arriving), CInteger.widest.contains(nextU) else { return nil }
      if nextU.lowerBound <= -half || nextU.upperBound > half {
        wrapsCurrents = true
        nextU = CStateRange.wrappedOnce(nextU)
      }
      var p = v.mapped { CStateRange.kept($0, neuron.membraneKeep) } + nextU
      guard CInteger.widest.contains(p), CInteger.widest.contains(p + neuron.biases) else {
        return nil
      }
      p = p + neuron.biases
      compared = compared.union(p)
      if p.lowerBound < 1 - half || p.upperBound > half - 1 {
        clips = true
        p = p.mapped { min(half - 1, max(1 - half, $0)) }
      }
      let after = v.union(CStateRange.fired(p, neuron))
      potential = potential.union(after)
      current = current.union(nextU)
      guard CInteger.widest.contains(potential) else { return nil }
      let isSteady = after == v && u.union(nextU) == u
      (v, u) = (after, u.union(nextU))
      if isSteady { break }
    }
  }

  /// A current above 2^23 loses 2^24, one at or below -2^23 gains it, once.
  private static func wrappedOnce(_ u: ClosedRange<Int64>) -> ClosedRange<Int64> {
    let half = half24
    let (low, high) = (u.lowerBound, u.upperBound)
    var parts: [ClosedRange<Int64>] = []
    if low <= half, high > -half { parts.append(max(low, 1 - half)...min(high, half)) }
    if high > half { parts.append(max(low, half + 1) - 2 * half...high - 2 * half) }
    if low <= -half { parts.append(low + 2 * half...min(high, -half) + 2 * half) }
    return parts.dropFirst().reduce(parts[0]) { $0.union($1) }
  }

  /// Potentials after the comparison.
  private static func fired(_ p: ClosedRange<Int64>, _ neuron: Neuron) -> ClosedRange<Int64> {
    guard let thresholds = neuron.thresholds else { return p }
    let above: Int64 = neuron.spikesAboveOnly ? 1 : 0
    var result: ClosedRange<Int64>?
    let quiet = min(p.upperBound, thresholds.upperBound + above - 1)
    if quiet >= p.lowerBound { result = p.lowerBound...quiet }
    if p.upperBound >= thresholds.lowerBound + above {
      let spiked: ClosedRange<Int64>
      if let value = neuron.resetValue {
        spiked = value...value
      } else {
        let low = max(above, p.lowerBound - thresholds.upperBound)
        spiked = low...max(low, p.upperBound - thresholds.lowerBound)
      }
      result = result?.union(spiked) ?? spiked
    }
    return result ?? p
  }
}
