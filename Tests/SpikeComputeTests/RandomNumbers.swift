import SpikeCompute

/// The generator of these tests: splitmix64 (Steele et al. 2014), so that a seed in a failure
/// reproduces it.
struct TestRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func float(in range: ClosedRange<Float> = -1...1) -> Float {
    range.lowerBound + Float(Double(next() >> 11) * 0x1p-53) * (range.upperBound - range.lowerBound)
  }

  mutating func int(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  mutating func flag() -> Bool { next() & 1 == 1 }

  mutating func floats(_ count: Int, in range: ClosedRange<Float> = -1...1) -> [Float] {
    (0..<count).map { _ in float(in: range) }
  }
}

extension Collection where Element == Float {
  /// Largest absolute difference, NaN counting as infinite.
  func distance(to other: some Collection<Float>) -> Float {
    guard count == other.count else { return .infinity }
    return zip(self, other).reduce(0) {
      let difference = abs($1.0 - $1.1)
      return difference.isNaN ? .infinity : Swift.max($0, difference)
    }
  }

  /// The bits, for comparisons that tell -0 from 0.
  var bits: [UInt32] { map(\.bitPattern) }
}
