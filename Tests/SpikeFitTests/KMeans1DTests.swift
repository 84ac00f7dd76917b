import SpikeBytes
import SpikeFit
import Testing

@Suite("Exact one-dimensional k-means")
struct KMeans1DTests {
  struct Case: CustomStringConvertible, Sendable {
    let seed: UInt64
    let count: Int
    let clusters: Int
    let freeZero: Bool
    let grid: Double
    var description: String {
      "seed \(seed): \(count) points, \(clusters) clusters, zero \(freeZero), grid \(grid)"
    }
  }

  static let cases: [Case] = (0..<120).map { number in
    Case(
      seed: UInt64(number), count: 1 + number % 12, clusters: 1 + number / 12 % 5,
      freeZero: number % 2 == 1, grid: number % 3 == 2 ? 0.5 : 0)
  }

  @Test(
    "The dynamic programme finds the minimum that trying every partition finds", arguments: cases)
  func equalsBruteForce(example: Case) {
    var random = SplitMix64(seed: example.seed)
    let points = (0..<example.count).map { _ in Float(random.integer(below: 40)) / 8 - 2.5 }
    let weights = (0..<example.count).map { _ in Float(1 + random.integer(below: 5)) }
    let found = KMeans1D(
      points, weights: weights, count: example.clusters, freeZero: example.freeZero,
      constraint: example.grid > 0
        ? .grid(step: example.grid, lowest: -4, highest: 3) : .none)
    let best = BruteForce(points, weights, example.grid, -4...3).cost(
      clusters: example.clusters, freeZero: example.freeZero)
    #expect(abs(found.cost - best) <= 1e-9 * max(1, best))
    // The cost is what the centroids really give.
    let real = zip(points, weights).reduce(0.0) { sum, pair in
      sum + Double(pair.1)
        * (found.centroids.map { (Double(pair.0) - $0) * (Double(pair.0) - $0) }.min() ?? 0)
    }
    #expect(abs(real - best) <= 1e-9 * max(1, best))
    #expect(found.centroids.count <= example.clusters + (example.freeZero ? 1 : 0))
  }

  @Test("Many points are binned with an error below one bin")
  func binsManyPoints() {
    var random = SplitMix64(seed: 7)
    let points = (0..<200_000).map { _ in Float(random.normal()) }
    let found = KMeans1D(points, count: 4)
    // Lloyd–Max levels of the normal distribution (Max 1960): ±0.4528, ±1.510.
    for (level, expected) in zip(found.centroids, [-1.510, -0.4528, 0.4528, 1.510]) {
      #expect(abs(level - expected) < 0.02)
    }
  }

  @Test("Points of weight 0 and repeated points do not count as clusters")
  func mergesPoints() {
    let found = KMeans1D([1, 1, 2, 9], weights: [1, 1, 1, 0], count: 4)
    #expect(found.centroids == [1, 2])
    #expect(found.cost == 0)
  }

  @Test("A free zero comes on top of the centroids")
  func addsZero() {
    let found = KMeans1D([-1, 0.01, -0.01, 2], count: 2, freeZero: true)
    #expect(found.centroids == [-1, 0, 2])
  }
}

/// Every partition of sorted points into intervals.
struct BruteForce {
  let points: [(Double, Double)]
  let grid: Double
  let range: ClosedRange<Double>

  init(_ points: [Float], _ weights: [Float], _ grid: Double, _ range: ClosedRange<Double>) {
    self.points = zip(points, weights).map { (Double($0), Double($1)) }.sorted { $0.0 < $1.0 }
    self.grid = grid
    self.range = range
  }

  func cost(clusters: Int, freeZero: Bool) -> Double {
    search(0, clusters, freeZero)
  }

  private func search(_ start: Int, _ clusters: Int, _ zero: Bool) -> Double {
    if start == points.count { return 0 }
    var least = Double.infinity
    for end in start + 1...points.count {
      let part = points[start..<end]
      if clusters > 0 {
        least = min(least, best(part) + search(end, clusters - 1, zero))
      }
      if zero {
        let cost = part.reduce(0) { $0 + $1.1 * $1.0 * $1.0 }
        least = min(least, cost + search(end, clusters, false))
      }
    }
    return least
  }

  private func best(_ part: ArraySlice<(Double, Double)>) -> Double {
    func cost(_ c: Double) -> Double { part.reduce(0) { $0 + $1.1 * ($1.0 - c) * ($1.0 - c) } }
    if grid > 0 {
      return stride(from: range.lowerBound, through: range.upperBound, by: 1)
        .map { cost($0 * grid) }.min() ?? 0
    }
    let total = part.reduce(0) { $0 + $1.1 }
    return cost(part.reduce(0) { $0 + $1.1 * $1.0 } / total)
  }
}
