/// A signed integer type of C, as narrow as a proven range allows.
enum CInteger: Int, Comparable, CaseIterable {
  case bits8 = 8
  case bits16 = 16
  case bits32 = 32

  /// What the widest type holds; the smallest 32-bit integer is left out, so that every value can
  /// be negated.
  static let widest: ClosedRange<Int64> = -2_147_483_647...2_147_483_647

  /// The narrowest type for a range, or nil where 32 bits are too few.
  init?(holding range: ClosedRange<Int64>) {
    switch range {
    case let range where range.lowerBound >= -128 && range.upperBound <= 127: self = .bits8
    case let range where range.lowerBound >= -32768 && range.upperBound <= 32767: self = .bits16
    case let range where CInteger.widest.contains(range): self = .bits32
    default: return nil
    }
  }

  /// The narrowest type for 32-bit values.
  init(holding values: [Int32]) {
    let low = min(0, values.min() ?? 0)
    let high = max(0, values.max() ?? 0)
    self = low >= -128 && high <= 127 ? .bits8 : low >= -32768 && high <= 32767 ? .bits16 : .bits32
  }

  /// The name in `<stdint.h>`.
  var name: String { "int\(rawValue)_t" }
  /// Bytes of one value.
  var bytes: Int { rawValue / 8 }

  static func < (left: CInteger, right: CInteger) -> Bool { left.rawValue < right.rawValue }
}

extension ClosedRange<Int64> {
  func contains(_ other: ClosedRange<Int64>) -> Bool {
    contains(other.lowerBound) && contains(other.upperBound)
  }

  /// The smallest range that holds both.
  func union(_ other: ClosedRange<Int64>) -> ClosedRange<Int64> {
    Swift.min(lowerBound, other.lowerBound)...Swift.max(upperBound, other.upperBound)
  }

  static func + (left: ClosedRange<Int64>, right: ClosedRange<Int64>) -> ClosedRange<Int64> {
    left.lowerBound + right.lowerBound...left.upperBound + right.upperBound
  }

  /// Both ends through a function that never descends.
  func mapped(_ function: (Int64) -> Int64) -> ClosedRange<Int64> {
    function(lowerBound)...function(upperBound)
  }

  /// The smallest range of values, 0...0 for none.
  init(of values: [Int32]) {
    self = Int64(values.min() ?? 0)...Int64(values.max() ?? 0)
  }
}
