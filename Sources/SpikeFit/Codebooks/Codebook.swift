import SpikeCompute

/// The learnable values of one codebook (clusterisation-aware training, CAT).
///
/// Latent weights are kept in units of their layer; each stands for the nearest value:
///
///     q = c_a(w),   a(w) = #{k : w > (c_k + c_{k+1}) / 2}                    (1)
///
/// Values are learned: dL/dc_k is the sum of the weight gradients of cluster k (2). Latent weights
/// get the same gradient straight through, except where they lie further outside the values than
/// half a mean gap (3). The formulas follow the idea of SpikeFit (Kartashov et al., arXiv
/// 2510.15542), whose abstract names learnable discrete weight values; the equations are ours.
struct Codebook: Sendable {
  /// The values, ascending.
  var values: [Float]
  /// Whether one of the values is fixed at 0.
  var hasZero: Bool
  /// Number of latent weights that each value stands for.
  var counts: [Int32]
  private var first: [Float]
  private var second: [Float]
  /// Updates since each value was last used.
  private var idle: [Int]

  /// Updates without any weight after which a value is placed anew.
  static let patience = 100

  init(values: [Float], hasZero: Bool) {
    self.values = values
    self.hasZero = hasZero
    counts = Array(repeating: 0, count: values.count)
    first = counts.map { _ in 0 }
    second = first
    idle = counts.map { _ in 0 }
  }

  /// Boundaries between neighbours, of formula (1).
  var middles: [Float] { zip(values, values.dropFirst()).map { ($0 + $1) / 2 } }

  /// Where the straight-through gradient passes, of formula (3).
  var passBand: ClosedRange<Float> {
    guard values.count > 1, let low = values.first, let high = values.last else {
      return -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude
    }
    let margin = max(0, (high - low) / Float(2 * (values.count - 1)))
    return low - margin...high + margin
  }

  /// Index of the value that is fixed at 0.
  var zeroIndex: Int? { hasZero ? values.firstIndex(of: 0) : nil }

  /// One Adam step on the values along the sums of formula (2), then in order again.
  ///
  /// No weight decay. Returns the values that have lost their weights or met a neighbour, to be
  /// placed anew by ``place(_:at:)``.
  mutating func update(
    gradient: [Double], step: FitKernels.AdamStep, smallestGap: Float
  ) -> [Int] {
    var gradient = values.indices.map { Float(gradient[$0]) }
    if let zeroIndex { gradient[zeroIndex] = 0 }
    FitKernels.adam(&values, gradient: gradient, first: &first, second: &second, step: step)
    if hasZero, let zeroIndex = values.indices.min(by: { abs(values[$0]) < abs(values[$1]) }),
      values[zeroIndex] != 0
    {
      values[zeroIndex] = 0
    }
    sort()
    var lost: [Int] = []
    for index in values.indices {
      idle[index] = counts[index] == 0 ? idle[index] + 1 : 0
      let merged = index > 0 && values[index] - values[index - 1] < smallestGap
      if merged || idle[index] >= Codebook.patience, values[index] != 0 || !hasZero {
        lost.append(index)
      }
    }
    return lost
  }

  /// Moves value `index` to `value`, without the momentum it had.
  mutating func place(_ index: Int, at value: Float) {
    values[index] = value
    first[index] = 0
    second[index] = 0
    idle[index] = 0
    sort()
  }

  private mutating func sort() {
    guard zip(values, values.dropFirst()).contains(where: { $0 > $1 }) else { return }
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    values = order.map { values[$0] }
    first = order.map { first[$0] }
    second = order.map { second[$0] }
    idle = order.map { idle[$0] }
    counts = order.map { counts[$0] }
  }
}
