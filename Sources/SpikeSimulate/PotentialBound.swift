import SpikeBundle
import SpikeDiagnostics

/// How far the numbers of a population can go in the worst case, whatever the input.
///
/// The worst case adds every positive (or every negative) synapse of the busiest neuron in every
/// step without a single reset; real data stay far below. A network whose bound fits the chip
/// needs no test for overflow; otherwise the counted wraps and clips say what happened.
public struct PotentialBound: Hashable, Sendable {
  /// Smallest and largest sum of synapses in one step, in integers.
  public let sum: ClosedRange<Int64>
  /// Largest magnitude of the potential within the window, in integers.
  public let potential: Int64

  init(
    sums: [ClosedRange<Int64>], biases: [Int32], initial: [Int32], reset: [Int32],
    keepsCurrent: Bool, steps: Int
  ) {
    var low: Int64 = 0
    var high: Int64 = 0
    for range in sums.prefix(1 << 16) {
      low += range.lowerBound
      high += range.upperBound
    }
    sum = low...high
    func largest(_ values: [Int32]) -> Double {
      values.reduce(0) { max($0, abs(Double($1))) }
    }
    // In floating point, so that hostile numbers cannot overflow.
    let current = Double(max(high, -low)) * (keepsCurrent ? Double(steps) : 1)
    let total =
      largest(initial) + largest(reset) + Double(steps)
      * (current + largest(biases) + largest(reset))
    potential = total < 0x1p62 ? Int64(total) : Int64.max
  }

  /// Whether no current can wrap and no potential can be clipped in Loihi's 24 bits.
  public var fitsLoihi: Bool {
    max(sum.upperBound, -sum.lowerBound) < 1 << 17 && potential < 131_072
  }

  func check(
    fits arithmetic: Arithmetic, keepsCurrent: Bool, constants: Int64, room: Int64, name: String
  ) throws(SimulateError) {
    let sums = max(sum.upperBound, -sum.lowerBound)
    let needed: Int64
    let allowed: Int64
    switch arithmetic {
    // States saturate; XyloCore checks the constants.
    case .xylo: (needed, allowed) = (constants, Int64(Int32.max))
    // States saturate; SpeckNumbers checks the constants.
    case .speck: (needed, allowed) = (max(sums, constants), Int64(Int32.max))
    case .plain: (needed, allowed) = (max(sums, potential, constants), Int64(Int32.max))
    // The core holds its own ranges against the constants (EventCrossbar), and saturates.
    case .tinyOdin, .odin: (needed, allowed) = (constants, Int64(Int32.max))
    // A current that is kept stays inside 24 bits only if one step adds at most one wrap.
    case .loihiCuba:
      (needed, allowed) = (max(sums, constants), keepsCurrent ? min(room, 1 << 18) : room >> 1)
    }
    guard needed <= allowed else {
      throw SimulateError(
        .rangeTooWide,
        "Sums or potentials could reach \(needed); the simulator allows \(allowed) here.",
        at: Location(node: name),
        fix: "use smaller weights and thresholds, fewer input bits, fewer steps or a lower fan-in")
    }
  }
}
