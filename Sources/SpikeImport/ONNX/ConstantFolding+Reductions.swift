import SpikeGraph

// Sums over axes and products of constants.
extension ConstantFolding {
  /// One value for the elements along some axes, which stay with size 1.
  /// - Parameter combine: All numbers of one slice to one, in double precision.
  static func reduced(
    _ tensor: Tensor, axes: [Int], _ combine: ([Double]) -> Double
  ) -> Tensor {
    let kept = tensor.shape.dimensions.indices.filter { !axes.contains($0) }
    let length = axes.reduce(1) { $0 * tensor.shape[$1] }
    let sizes = tensor.shape.dimensions.indices.map { axes.contains($0) ? 1 : tensor.shape[$0] }
    let shape = Shape(sizes)
    let sorted = transposed(tensor, order: kept + axes)
    func slices<Element>(_ values: [Element], _ number: (Element) -> Double) -> [Double] {
      (0..<shape.elementCount).map { index in
        combine(values[index * length..<(index + 1) * length].map(number))
      }
    }
    if tensor.elementType.isFloat {
      return Tensor(slices(sorted.floats()) { Double($0) }.map { Float($0) }, shape: shape)
    }
    let results = slices(sorted.integers()) { Double($0) }
    return Tensor(
      integers: results.map { Int64(exactly: $0.rounded(.towardZero)) ?? 0 }, shape: shape)
  }

  /// The product of matrices […, M, K] and […, K, N], whose leading axes broadcast; nil where the
  /// shapes do not fit.
  /// - Complexity: O(elements · K).
  static func product(_ first: Tensor, _ second: Tensor) -> Tensor? {
    let isRow = first.shape.rank == 1
    let isColumn = second.shape.rank == 1
    let a = isRow ? first.reshaped(to: [1, first.count]) : first
    let b = isColumn ? second.reshaped(to: [second.count, 1]) : second
    guard a.shape.rank >= 2, b.shape.rank >= 2 else { return nil }
    let (rows, depth) = (a.shape[a.shape.rank - 2], a.shape[a.shape.rank - 1])
    let columns = b.shape[b.shape.rank - 1]
    guard depth == b.shape[b.shape.rank - 2],
      let lead = Shape(Array(a.shape.dimensions.dropLast(2)))
        .broadcast(with: Shape(Array(b.shape.dimensions.dropLast(2)))),
      lead.elementCount.multipliedReportingOverflow(by: rows).partialValue <= foldedRows
    else { return nil }
    let left = broadcast(a, to: Shape(lead.dimensions + [rows, depth])).floats()
    let right = broadcast(b, to: Shape(lead.dimensions + [depth, columns])).floats()
    var result: [Float] = []
    for block in 0..<lead.elementCount {
      for row in 0..<rows {
        var sums = Array(repeating: 0.0, count: columns)
        for k in 0..<depth {
          let factor = Double(left[(block * rows + row) * depth + k])
          let start = (block * depth + k) * columns
          for column in 0..<columns { sums[column] += factor * Double(right[start + column]) }
        }
        result += sums.map { Float($0) }
      }
    }
    var sizes = lead.dimensions + [rows, columns]
    if isColumn { sizes.removeLast() }
    if isRow { sizes.remove(at: sizes.count - (isColumn ? 1 : 2)) }
    return Tensor(result, shape: Shape(sizes))
  }

  private static let foldedRows = 1 << 24
}
