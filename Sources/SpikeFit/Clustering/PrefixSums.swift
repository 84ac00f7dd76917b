/// Sums of weight, first and second moment of ascending points up to every point, for costs of
/// intervals in O(1) and of whole codebooks in O(M log n).
struct PrefixSums {
  let points: SortedPoints
  private let weight: [Double]
  private let first: [Double]
  private let second: [Double]

  init(_ points: SortedPoints) {
    self.points = points
    var sums = (0.0, 0.0, 0.0)
    var columns: ([Double], [Double], [Double]) = ([0], [0], [0])
    for (value, weight) in zip(points.values, points.weights) {
      sums.0 += weight
      sums.1 += weight * value
      sums.2 += weight * value * value
      columns.0.append(sums.0)
      columns.1.append(sums.1)
      columns.2.append(sums.2)
    }
    (weight, first, second) = columns
  }

  /// Largest magnitude of a point.
  var largest: Double { max(abs(points.values.first ?? 0), abs(points.values.last ?? 0)) }

  /// Moments of one interval of points.
  struct Moments {
    var weight: Double
    var first: Double
    var second: Double
    /// Σ w (x - c)².
    func cost(_ c: Double) -> Double { second - 2 * c * first + c * c * weight }
  }

  /// Moments of the points nearest to each of ascending values.
  func clusters(_ values: [Double]) -> [Moments] {
    var start = 0
    return values.indices.map { index in
      let end =
        index + 1 < values.count
        ? upperBound((values[index] + values[index + 1]) / 2, from: start) : points.values.count
      defer { start = end }
      return Moments(
        weight: weight[end] - weight[start], first: first[end] - first[start],
        second: second[end] - second[start])
    }
  }

  private func upperBound(_ boundary: Double, from start: Int) -> Int {
    var low = start
    var high = points.values.count
    while low < high {
      let middle = (low + high) / 2
      if points.values[middle] <= boundary { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
