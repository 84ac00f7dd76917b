/// Seeded random numbers for tests (SplitMix64, Steele et al. 2014).
struct Dice: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A whole number of a range.
  mutating func whole(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  /// A number between -1 and 1.
  mutating func unit() -> Float { Float(Double(next() >> 11) * 0x1p-52 - 1) }

  /// Multiples of 1/8 between -1 and 1: sums of few products of them are exact in float32.
  mutating func eighths(_ count: Int, largest: Int = 8) -> [Float] {
    (0..<count).map { _ in Float(whole(-largest...largest)) / 8 }
  }

  /// Numbers between -scale and scale.
  mutating func units(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in unit() * scale }
  }
}
