/// The random numbers of sfconv: SplitMix64, with fixed algorithms on top of it.
///
/// Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, with the
/// constants of Vigna's public-domain `splitmix64.c`. The same seed gives the same numbers, and by
/// ``uniform()``, ``normal()``, ``integer(below:)`` and ``shuffle(_:)`` the same samples, on every
/// platform and Swift version; the standard library promises that for none of its own functions.
/// Not for cryptography.
public struct SplitMix64: RandomNumberGenerator, Hashable, Sendable {
  private var state: UInt64

  /// A generator that starts from `seed`; nearby seeds give unrelated sequences.
  public init(seed: UInt64) { state = seed }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in [0, 1): the 53 highest bits of ``next()`` divided by 2⁵³.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// An integer in 0..<`bound`, every one equally likely; `bound` must be positive.
  ///
  /// Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1), 2019: the high
  /// word of a 64×64-bit product, with rejection of the biased remainder.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "the bound must be positive")
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let biased = (0 &- bound) % bound
      while product.low < biased { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// A number from the normal distribution with mean 0 and variance 1.
  ///
  /// Marsaglia's polar method (Marsaglia, Bray, SIAM Review 6(3), 1964), one number of each pair;
  /// the logarithm is our own so that no C library's last bit shows.
  public mutating func normal() -> Double {
    while true {
      let u = 2 * uniform() - 1
      let v = 2 * uniform() - 1
      let s = u * u + v * v
      if s > 0 && s < 1 { return u * (-2 * SplitMix64.logarithm(s) / s).squareRoot() }
    }
  }

  /// Puts `elements` in random order: Fisher–Yates from the last element down (Knuth, TAOCP 2,
  /// 3.4.2, algorithm P).
  /// - Complexity: O(count).
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for last in stride(from: elements.count - 1, through: 1, by: -1) {
      elements.swapAt(last, integer(below: last + 1))
    }
  }

  /// A generator for an independent purpose (a shard, an epoch, a layer), numbered `stream`.
  ///
  /// The same generator state and number give the same stream; this generator does not advance.
  public func stream(_ stream: UInt64) -> SplitMix64 {
    var seeder = SplitMix64(seed: state ^ (stream &* 0xD1B5_4A32_D192_ED03))
    return SplitMix64(seed: seeder.next())
  }

  /// ln(x) for normal x > 0 by ln(2ᵉ m) = e ln 2 + 2 artanh((m - 1)/(m + 1)), m in [√½, √2).
  /// Only IEEE 754 basic operations in a fixed order.
  static func logarithm(_ x: Double) -> Double {
    var exponent = Double(x.exponent)
    var mantissa = x.significand
    if mantissa > 1.4142135623730951 {
      mantissa /= 2
      exponent += 1
    }
    let s = (mantissa - 1) / (mantissa + 1)
    let square = s * s
    var sum = 0.0
    for odd in stride(from: 23, through: 3, by: -2) { sum = (sum + 1 / Double(odd)) * square }
    return exponent * 0.6931471805599453 + 2 * s * (1 + sum)
  }
}
