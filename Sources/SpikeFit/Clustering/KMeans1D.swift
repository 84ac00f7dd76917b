import SpikeCompute

/// Weighted k-means on a line: the best codebook for given weights.
///
/// Minimises Σ wᵢ (xᵢ - c_a(i))² over all codebooks of at most M values, by dynamic programming
/// over sorted points. The cost of an interval is concave Monge, so the argmin is monotone and each
/// of the M layers is solved by divide and conquer (Wu 1991; Wang and Song, "Ckmeans.1d.dp", R
/// Journal 2011; Grønlund et al., arXiv 1701.07204). The least cost is convex in M; for more than 8
/// values a price for each value takes the place of the layers, in O(n log n) for each price tried
/// (Aggarwal, Schieber and Tokuyama 1994).
///
/// Up to ``largestExactCount`` points the result is the optimum. More points are put into as many
/// bins, narrow where an optimal codebook is dense; the optimum over partitions at the edges of bins
/// is then improved to the optimum over all partitions whose every boundary is within one bin of
/// that, and again where a boundary reaches that limit. That is the optimum of the points unless two
/// codebooks that lie further apart differ in cost by less than binning hides: a share of the order
/// of (M / bins)² of the cost. Tests hold it within 1e-6 of the optimum.
public struct KMeans1D: Sendable {
  /// Number of points up to which the result is exact without conditions.
  public static let largestExactCount = 65_536

  /// Which centroids are allowed.
  public enum Constraint: Hashable, Sendable {
    /// Any real number.
    case none
    /// Integer multiples of a step, `lowest...highest` of them.
    case grid(step: Double, lowest: Int, highest: Int)
  }

  /// The centroids, ascending and distinct; with a free zero, 0 is among them if that helps.
  public var centroids: [Double]
  /// Sum of weighted squared distances to the nearest centroid.
  public var cost: Double

  /// Clusters points.
  ///
  /// - Parameters:
  ///   - points: Any finite values, in any order.
  ///   - weights: One weight of at least 0 for each point; nil for equal weights.
  ///   - count: Largest number M of centroids, 1…256; fewer where there are fewer distinct points.
  ///   - freeZero: Whether 0 is allowed on top of the M centroids.
  ///   - constraint: Which centroids are allowed.
  /// - Complexity: O(n log n + p n log n) for n points up to the limit, p prices or M layers; above,
  ///   O(n) and the same for the bins. A grid always takes M layers.
  public init(
    _ points: [Float], weights: [Float]? = nil, count: Int, freeZero: Bool = false,
    constraint: Constraint = .none
  ) {
    self.init(
      points, weights: weights, count: count, freeZero: freeZero, constraint: constraint,
      exactLimit: KMeans1D.largestExactCount)
  }

  /// As the public initialiser; more than `exactLimit` points go into bins.
  package init(
    _ points: [Float], weights: [Float]? = nil, count: Int, freeZero: Bool = false,
    constraint: Constraint = .none, exactLimit: Int
  ) {
    precondition((1...256).contains(count) && (weights == nil || weights?.count == points.count))
    var grid = 0.0
    var range = -1e9...1e9
    if case .grid(let step, let lowest, let highest) = constraint {
      grid = step
      range = Double(lowest)...Double(highest)
    }
    let result: (centroids: [Double], cost: Double)?
    if points.count > exactLimit {
      result = FitKernels.cluster(
        points, weights: weights, clusters: count, freeZero: freeZero, grid: grid, range: range)
    } else {
      let sorted = SortedPoints(points, weights: weights, limit: KMeans1D.largestExactCount)
      guard !sorted.values.isEmpty else {
        centroids = [0]
        cost = 0
        return
      }
      result = FitKernels.kMeans(
        points: sorted.values, weights: sorted.weights, clusters: min(count, sorted.values.count),
        freeZero: freeZero, grid: grid, range: range)
    }
    guard let result else { preconditionFailure("no memory for k-means") }
    var distinct: [Double] = []
    for centroid in result.centroids where distinct.last != centroid { distinct.append(centroid) }
    centroids = distinct
    cost = result.cost
  }
}

/// Points in ascending order, equal ones merged, many of them binned.
struct SortedPoints {
  var values: [Double] = []
  var weights: [Double] = []

  init(_ points: [Float], weights given: [Float]?, limit: Int) {
    if points.count > limit {
      bin(points, given, limit)
    } else if given == nil {
      for value in points.sorted() { append(Double(value), 1) }
    } else {
      let order = points.indices.sorted { points[$0] < points[$1] }
      for index in order {
        append(Double(points[index]), Double(given?[index] ?? 1))
      }
    }
  }

  private mutating func append(_ value: Double, _ weight: Double) {
    guard weight > 0 else { return }
    if values.last == value {
      weights[weights.count - 1] += weight
    } else {
      values.append(value)
      weights.append(weight)
    }
  }

  /// Each bin stands for its points by their weighted mean, so that the mean of all stays exact.
  private mutating func bin(_ points: [Float], _ given: [Float]?, _ limit: Int) {
    guard let lowest = points.min(), let highest = points.max() else { return }
    var sums = [Double](repeating: 0, count: limit)
    var totals = [Double](repeating: 0, count: limit)
    let factor = highest > lowest ? Double(limit - 1) / Double(highest - lowest) : 0
    for index in points.indices {
      let weight = Double(given?[index] ?? 1)
      let bin = Int((Double(points[index] - lowest) * factor).rounded())
      totals[bin] += weight
      sums[bin] += weight * Double(points[index])
    }
    for bin in 0..<limit where totals[bin] > 0 { append(sums[bin] / totals[bin], totals[bin]) }
  }
}
