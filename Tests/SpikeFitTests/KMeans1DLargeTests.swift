import SpikeBytes
import SpikeFit
import Testing

@Suite("One-dimensional k-means of many points and many values")
struct KMeans1DLargeTests {
  enum Shape: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case normal, laplace, twoClusters, repeated, mostlyZero, uniform, farPoint
    var testDescription: String { rawValue }

    func points(_ count: Int, seed: UInt64) -> [Float] {
      var random = SplitMix64(seed: seed)
      return (0..<count).map { index in
        switch self {
        case .normal: Float(random.normal())
        case .laplace:
          // The difference of two sums of squares of normals is Laplace.
          Float(
            random.normal() * random.normal() - random.normal() * random.normal())
        case .twoClusters: Float((random.uniform() < 0.3 ? -5 : 3) + random.normal())
        case .repeated: (Float(random.normal()) * 20).rounded() / 20
        case .mostlyZero: random.uniform() < 0.8 ? 0 : Float(random.normal())
        case .uniform: Float(random.uniform())
        case .farPoint: index == 7 ? 1_000 : Float(random.normal())
        }
      }
    }
  }

  /// What the centroids really cost.
  private func realCost(_ centroids: [Double], _ points: [Float], _ weights: [Float]?) -> Double {
    points.indices.reduce(0.0) { sum, index in
      let x = Double(points[index])
      // The neighbours of x among ascending centroids.
      var low = 0
      var high = centroids.count
      while low < high {
        let middle = (low + high) / 2
        if centroids[middle] < x { low = middle + 1 } else { high = middle }
      }
      let near = centroids[max(0, low - 1)...min(centroids.count - 1, low)]
      return sum + Double(weights?[index] ?? 1) * (near.map { (x - $0) * (x - $0) }.min() ?? 0)
    }
  }

  @Test(
    "Many values are placed as the layers of the textbook place them", arguments: Shape.allCases,
    [9, 40, 200])
  func manyValues(shape: Shape, count: Int) {
    let points = shape.points(3_000, seed: 31)
    let textbook = TextbookKMeans(points)
    for freeZero in [false, true] {
      let found = KMeans1D(points, count: count, freeZero: freeZero)
      let best = textbook.cost(clusters: count, freeZero: freeZero)
      #expect(realCost(found.centroids, points, nil) <= best * (1 + 1e-9) + 1e-9)
      #expect(abs(found.cost - best) <= 1e-6 * best + 1e-6)
      #expect(found.centroids.count <= count + (freeZero ? 1 : 0))
    }
  }

  @Test(
    "Bins and refinement end within a millionth of the optimum", arguments: Shape.allCases,
    [2, 4, 16, 100, 256])
  func bins(shape: Shape, count: Int) {
    let points = shape.points(30_000, seed: 32)
    for freeZero in [false, true] {
      let exact = KMeans1D(points, count: count, freeZero: freeZero)
      let binned = KMeans1D(points, count: count, freeZero: freeZero, exactLimit: 1_000)
      let best = realCost(exact.centroids, points, nil)
      let real = realCost(binned.centroids, points, nil)
      #expect(real <= best * (1 + 1e-6) + 1e-9, "\(real) against \(best)")
      // The cost that is told is that of the centroids, but for points so far away that they cost
      // the digits.
      #expect(abs(binned.cost - real) <= 1e-6 * real + 1e-4)
    }
  }

  @Test("Two hundred thousand points are clustered as well", arguments: Shape.allCases)
  func manyPoints(shape: Shape) {
    let points = shape.points(200_000, seed: 33)
    let found = KMeans1D(points, count: 4)
    let best = TextbookKMeans(points).cost(clusters: 4, freeZero: false)
    #expect(realCost(found.centroids, points, nil) <= best * (1 + 1e-6))
  }

  @Test("Weights count in bins, and points of weight 0 do not")
  func weights() {
    var random = SplitMix64(seed: 34)
    let points = Shape.twoClusters.points(20_000, seed: 35)
    let weights = points.map { _ in
      let draw = random.uniform()
      return draw < 0.1 ? Float(0) : Float(draw * draw * 8)
    }
    for count in [3, 12, 60] {
      let found = KMeans1D(points, weights: weights, count: count, exactLimit: 1_000)
      let best = TextbookKMeans(points, weights).cost(clusters: count, freeZero: false)
      #expect(realCost(found.centroids, points, weights) <= best * (1 + 1e-6))
    }
  }

  @Test("Centroids on a grid stay on it and are as good as the exact ones", arguments: [0.05, 0.3])
  func grids(step: Double) {
    let points = Shape.normal.points(20_000, seed: 36)
    let constraint = KMeans1D.Constraint.grid(step: step, lowest: -128, highest: 127)
    let exact = KMeans1D(points, count: 6, constraint: constraint)
    let binned = KMeans1D(points, count: 6, constraint: constraint, exactLimit: 1_000)
    for centroid in binned.centroids {
      #expect(abs(centroid / step - (centroid / step).rounded()) < 1e-9)
    }
    #expect(
      realCost(binned.centroids, points, nil)
        <= realCost(exact.centroids, points, nil) * (1 + 1e-6))
  }

  @Test("Equal points are one cluster", arguments: [10, 70_000])
  func equalPoints(count: Int) {
    let found = KMeans1D(Array(repeating: 1.5, count: count), count: 4)
    #expect(found.centroids == [1.5])
    #expect(found.cost == 0)
  }

  @Test("The symmetric start is no worse than any pair of magnitudes on a fine grid")
  func symmetric() {
    var random = SplitMix64(seed: 37)
    for count in 3...12 {
      let points = TinyModels.random(count, &random)
      let book = CodebookStart(family: .symmetric, count: 4, hasFreeZero: false)
        .codebook(points, importance: nil)
      let own = realCost(book.values.map { Double($0) }, points, nil)
      let largest = Double(points.map { abs($0) }.max() ?? 1)
      for a in 0...120 {
        for b in a...120 {
          let (low, high) = (Double(a) / 120 * largest, Double(b) / 120 * largest)
          let cost = realCost([-high, -low, low, high], points, nil)
          #expect(own <= cost + 1e-6)
        }
      }
    }
  }
}
