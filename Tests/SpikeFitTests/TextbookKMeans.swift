/// k-means on a line as a textbook has it: layer by layer over sorted points, divide and conquer on
/// the monotone argmin, in plain arrays.
struct TextbookKMeans {
  private var weight: [Double] = [0]
  private var first: [Double] = [0]
  private var second: [Double] = [0]
  private let middle: Double

  init(_ points: [Float], _ weights: [Float]? = nil) {
    let order = points.indices.sorted { points[$0] < points[$1] }
    // A point of the bulk: far points must not cost the others their digits.
    middle = order.isEmpty ? 0 : Double(points[order[order.count / 2]])
    for index in order {
      let (x, w) = (Double(points[index]) - middle, Double(weights?[index] ?? 1))
      weight.append(weight[weight.count - 1] + w)
      first.append(first[first.count - 1] + w * x)
      second.append(second[second.count - 1] + w * x * x)
    }
  }

  /// Least cost of at most `clusters` centroids, and of one more at 0.
  func cost(clusters: Int, freeZero: Bool) -> Double {
    let n = weight.count - 1
    var free = [Double](repeating: .infinity, count: n + 1)
    free[0] = 0
    var zero = closed(free, [Double](repeating: .infinity, count: n + 1))
    for _ in 0..<clusters {
      free = layer(free)
      zero = freeZero ? closed(free, layer(zero)) : zero
    }
    return max(0, freeZero ? min(free[n], zero[n]) : free[n])
  }

  /// With the cluster at 0 ended at j, or before.
  private func closed(_ free: [Double], _ zero: [Double]) -> [Double] {
    var result = zero
    var least = Double.infinity
    for j in free.indices {
      let raw = second[j] + 2 * middle * first[j] + middle * middle * weight[j]
      result[j] = min(result[j], least + raw)
      least = min(least, free[j] - raw)
    }
    return result
  }

  private func layer(_ before: [Double]) -> [Double] {
    var now = [Double](repeating: .infinity, count: before.count)
    now[0] = before[0]
    var ranges = [(1, before.count - 1, 0, before.count - 2)]
    while let (from, to, low, high) = ranges.popLast() {
      guard from <= to else { continue }
      let j = (from + to) / 2
      var best = low
      for i in low...min(high, j - 1) {
        let w = weight[j] - weight[i]
        let x = first[j] - first[i]
        let value = before[i] + (w > 0 ? second[j] - second[i] - x * x / w : 0)
        if value < now[j] { (now[j], best) = (value, i) }
      }
      ranges.append((from, j - 1, low, best))
      ranges.append((j + 1, to, best, high))
    }
    return now
  }
}
