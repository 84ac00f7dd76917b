package import SpikeCompute

/// The learnable values of one codebook (clusterisation-aware training, CAT).
///
/// Latent weights are kept in units of their layer; each stands for the nearest value:
///
///     q = c_a(w),   a(w) = #{k : w > (c_k + c_{k+1}) / 2}                    (1)
///
/// Values are learned: dL/dc_k is the sum of the weight gradients of cluster k (2), and where values
/// hang together, c = A p, dL/dp is Aᵀ times that. Latent weights get the same gradient straight
/// through, except where they lie further outside the values than half a mean gap (3). The formulas
/// follow the idea of SpikeFit (Kartashov et al., arXiv 2510.15542), whose abstract names learnable
/// discrete weight values; the equations are ours.
package struct Codebook: Hashable, Sendable, Codable {
  /// The matrix A: what each parameter adds to each value.
  package private(set) var patterns: [[Float]]
  /// What is learned.
  package private(set) var parameters: [Float]
  /// The values A p, ascending unless ``keepsOrder``.
  package private(set) var values: [Float]
  /// Number of latent weights that each value stands for.
  package var counts: [Int32]
  /// Magnitude from which a weight is not 0, for ternary values; nil for formula (1).
  package var threshold: Float?
  /// Whether indices of weights are fixed, so that values must not change places.
  package var keepsOrder = false
  private var first: [Float]
  private var second: [Float]
  /// Updates since each value was last used.
  private var idle: [Int]
  private let isPositive: Bool

  /// Updates without any weight after which a value is placed anew.
  package static let patience = 100
  /// Least parameter where parameters are positive, in units of the layer.
  private static let leastParameter: Float = 1e-4

  package init(
    patterns: [[Float]], parameters: [Float], isPositive: Bool = false, keepsOrder: Bool = false
  ) {
    self.keepsOrder = keepsOrder
    self.patterns = patterns
    self.parameters = parameters
    self.isPositive = isPositive
    values = []
    counts = Array(repeating: 0, count: patterns.count)
    idle = counts.map { _ in 0 }
    first = parameters.map { _ in 0 }
    second = first
    settle()
  }

  /// Boundaries between neighbours, of formula (1).
  package var boundaries: [Float] {
    if let threshold { return [-threshold, threshold] }
    return zip(values, values.dropFirst()).map { ($0 + $1) / 2 }
  }

  /// Mean distance of neighbours; 0 for a single value.
  package var meanGap: Float {
    guard values.count > 1, let low = values.min(), let high = values.max() else { return 0 }
    return (high - low) / Float(values.count - 1)
  }

  /// Where the straight-through gradient passes, of formula (3).
  package func passBand(margin: Float) -> ClosedRange<Float> {
    guard values.count > 1, let low = values.min(), let high = values.max() else {
      return Codebook.everywhere
    }
    return low - margin * meanGap...high + margin * meanGap
  }

  package static let everywhere = -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude

  /// dL/dp from the sums of formula (2).
  /// - Parameter stepProduct: Σ g w over the weights inside; given for step sizes, where the
  ///   straight-through rule of LSQ lets w/p follow p: dq/dp = A - w/p inside.
  package func parameterGradient(_ sums: [Double], stepProduct: Double?) -> [Float] {
    parameters.indices.map { parameter in
      var sum = 0.0
      for (pattern, value) in zip(patterns, sums) { sum += Double(pattern[parameter]) * value }
      if let stepProduct { sum -= stepProduct / Double(parameters[parameter]) }
      return Float(sum)
    }
  }

  /// One Adam step of the parameters; values in order again.
  ///
  /// No weight decay. Returns the values that have lost their weights or met a neighbour, to be
  /// placed anew by ``place(_:at:)``.
  package mutating func update(
    gradient: [Float], step: FitKernels.AdamStep, smallestGap: Float
  ) -> [Int] {
    FitKernels.adam(&parameters, gradient: gradient, first: &first, second: &second, step: step)
    settle()
    var lost: [Int] = []
    for index in values.indices {
      idle[index] = counts[index] == 0 ? idle[index] + 1 : 0
      let merged = index > 0 && values[index] - values[index - 1] < smallestGap
      if merged || idle[index] >= Codebook.patience {
        // A fixed zero stays; its neighbour goes.
        let isFixed = patterns[index].allSatisfy { $0 == 0 }
        if !isFixed { lost.append(index) } else if merged { lost.append(index - 1) }
      }
    }
    return lost
  }

  /// Values that follow from the weights; their momentum does not matter.
  package mutating func set(_ new: [Float]) {
    parameters = new
    settle()
  }

  /// Moves value `index`, a parameter of its own, to `value`, without the momentum it had.
  package mutating func place(_ index: Int, at value: Float) {
    guard let parameter = patterns[index].firstIndex(of: 1) else { return }
    parameters[parameter] = value
    first[parameter] = 0
    second[parameter] = 0
    idle[index] = 0
    settle()
  }

  /// The integers of the values at a step, ascending where values are.
  ///
  /// - Parameter byParameters: Whether parameters are rounded and then combined, as a chip does that
  ///   adds or shifts, instead of each value by itself.
  package func integers(step: Float, limits: ClosedRange<Int>, byParameters: Bool) -> [Int32] {
    let range = Float(limits.lowerBound)...Float(limits.upperBound)
    guard byParameters else {
      return values.map {
        Int32(max(range.lowerBound, min(range.upperBound, ($0 / step).rounded(.toNearestOrEven))))
      }
    }
    var rounded = parameters.map { ($0 / step).rounded(.toNearestOrEven) }
    // Extreme sums must be in range: the largest parameter gives way, at most 2 · 256 · B times.
    for _ in 0..<4_096 {
      let sums = combine(rounded)
      guard let low = sums.min(), let high = sums.max(),
        low < range.lowerBound || high > range.upperBound,
        let widest = rounded.indices.max(by: { abs(rounded[$0]) < abs(rounded[$1]) })
      else { break }
      rounded[widest] -= rounded[widest] > 0 ? 1 : -1
    }
    return combine(rounded).map { Int32(max(range.lowerBound, min(range.upperBound, $0))) }
  }

  private func combine(_ parameters: [Float]) -> [Float] {
    patterns.map { pattern in
      zip(pattern, parameters).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }

  private mutating func settle() {
    if isPositive { parameters = parameters.map { max(Codebook.leastParameter, $0) } }
    values = combine(parameters)
    guard !keepsOrder, zip(values, values.dropFirst()).contains(where: { $0 > $1 }) else { return }
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    patterns = order.map { patterns[$0] }
    values = order.map { values[$0] }
    idle = order.map { idle[$0] }
    counts = order.map { counts[$0] }
  }
}
