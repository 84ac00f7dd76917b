/// The sizes of a value, outermost first.
///
/// Shapes in the graph are per sample: the batch axis is left out. An image is `[C, H, W]`, a
/// 1-D signal `[C, L]`, a vector `[N]`, a scalar `[]`.
public struct Shape: Hashable, Sendable, Codable, ExpressibleByArrayLiteral, CustomStringConvertible
{
  /// The sizes, each at least 0.
  public var dimensions: [Int]

  /// Makes a shape from its sizes.
  public init(_ dimensions: [Int]) { self.dimensions = dimensions }
  /// Makes a shape from its sizes.
  public init(arrayLiteral elements: Int...) { dimensions = elements }

  /// Number of axes.
  public var rank: Int { dimensions.count }
  /// Number of elements; `Int.max` if the product overflows, which no reader lets through.
  public var elementCount: Int {
    var product = 1
    for size in dimensions {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      if overflow { return Int.max }
      product = next
    }
    return product
  }
  /// Size of one axis.
  public subscript(axis: Int) -> Int { dimensions[axis] }

  /// For example `[32, 28, 28]`.
  public var description: String {
    "[" + dimensions.map(String.init).joined(separator: ", ") + "]"
  }

  /// The shape that two shapes broadcast to by NumPy's rule, or nil if they do not.
  public func broadcast(with other: Shape) -> Shape? {
    let rank = max(rank, other.rank)
    let first = Array(repeating: 1, count: rank - self.rank) + dimensions
    let second = Array(repeating: 1, count: rank - other.rank) + other.dimensions
    var result: [Int] = []
    for (a, b) in zip(first, second) {
      guard a == b || a == 1 || b == 1 else { return nil }
      result.append(a == 1 ? b : a)
    }
    return Shape(result)
  }
}
