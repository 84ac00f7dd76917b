/// Which sets of values a codebook can have.
///
/// Every family is linear in its parameters p: value k = Σ_b A_kb p_b with a constant matrix A of
/// small integers. So one rule serves all: dL/dp_b = Σ_k A_kb dL/dc_k.
public enum CodebookFamily: String, Hashable, Sendable, Codable, CaseIterable {
  /// Any M values.
  case free
  /// M values in pairs ±a; with an odd M, 0 as well.
  case symmetric
  /// All 2^B = M sums of subsets of B learned values, the empty sum 0 among them: what a synapse is
  /// that switches B currents, or B axons of different type.
  case subsetSum = "subset-sum"
  /// A learned step times -M/2 … M/2 - 1; with an odd M or a free zero, as many on either side.
  case uniform
  /// A learned step times the M levels ±½, ±3/2, …; with an odd M these are integers.
  case halfUniform = "half-uniform"
  /// -Wn, 0, Wp: three values.
  case ternary
  /// A learned step times ±1, ±2, ±4, …; with an odd M, 0 as well.
  case powerOfTwo = "power-of-two"

  /// Names for a command line, in order.
  public static var names: [String] { allCases.map(\.rawValue) }

  /// The matrix A for M values besides a free zero, rows in order of the values where all parameters
  /// are 1; nil where the family has no such member.
  package func patterns(count: Int, freeZero: Bool) -> [[Float]]? {
    let zero = freeZero || count % 2 == 1
    let pairs = count / 2
    switch self {
    case .free:
      return unitRows(count) + (freeZero ? [Array(repeating: 0, count: count)] : [])
    case .symmetric:
      guard pairs > 0, !(freeZero && count % 2 == 1) else { return nil }
      let rows = unitRows(pairs)
      return rows.reversed().map { $0.map { -$0 } }
        + (zero ? [Array(repeating: 0, count: pairs)] : []) + rows
    case .subsetSum:
      guard !freeZero, count > 1, count.nonzeroBitCount == 1 else { return nil }
      let bits = count.trailingZeroBitCount
      return (0..<count).map { set in (0..<bits).map { set >> $0 & 1 == 1 ? 1 : 0 } }
    case .uniform:
      let low = freeZero ? -((count + 1) / 2) : -(count / 2)
      let levels = freeZero ? count + 1 : count
      return (0..<levels).map { [Float(low + $0)] }
    case .halfUniform:
      guard !freeZero else { return nil }
      let step = count % 2 == 0 ? 2 : 1
      return (0..<count).map { [Float(step * $0) - Float(step * (count - 1)) / 2] }
    case .ternary:
      guard count == (freeZero ? 2 : 3) else { return nil }
      return [[-1, 0], [0, 0], [0, 1]]
    case .powerOfTwo:
      guard pairs > 0, pairs <= 8, !(freeZero && count % 2 == 1) else { return nil }
      let powers = (0..<pairs).map { [Float(1 << $0)] }
      return powers.reversed().map { [-$0[0]] } + (zero ? [[0]] : []) + powers
    }
  }

  /// What the family needs, for messages.
  var requirement: String {
    switch self {
    case .free, .uniform: "any number of unique weights"
    case .symmetric: "2 or more unique weights, an even number with a free zero"
    case .subsetSum: "2, 4, 8, … unique weights and no free zero: 0 is one of the sums"
    case .halfUniform: "any number of unique weights and no free zero"
    case .ternary: "3 unique weights, or 2 and a free zero"
    case .powerOfTwo: "2 to 17 unique weights, an even number with a free zero"
    }
  }

  /// Whether integers stand for the parameters and not for each value: the chip adds or shifts.
  package var isRealisedByParameters: Bool { self == .subsetSum || self == .powerOfTwo }

  /// Whether parameters must stay above 0.
  package var isPositive: Bool {
    switch self {
    case .free, .subsetSum: false
    case .symmetric, .uniform, .halfUniform, .ternary, .powerOfTwo: true
    }
  }

  private func unitRows(_ count: Int) -> [[Float]] {
    (0..<count).map { row in (0..<count).map { $0 == row ? 1 : 0 } }
  }
}
