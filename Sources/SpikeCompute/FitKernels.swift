internal import CSpikeKernels

/// Kernels of the fine-tuner on arrays: exact k-means, codebook look-up and gradients, Adam.
///
/// All run on the calling thread in a fixed order, so that results do not depend on the machine or
/// the number of threads.
public enum FitKernels {
  /// Exact weighted one-dimensional k-means over at most 65,536 ascending points.
  ///
  /// - Parameters:
  ///   - points: Ascending values.
  ///   - weights: One weight above 0 for each point.
  ///   - clusters: Number of learnable centroids, 1…`points.count`.
  ///   - freeZero: Whether one more centroid is fixed at 0.
  ///   - grid: Distance of the allowed centroids, or 0 for any real value.
  ///   - range: Smallest and largest allowed multiple of `grid`.
  /// - Returns: Centroids, ascending, and the sum of weighted squared distances; nil if memory ran
  ///   out.
  /// - Complexity: O(clusters · points · log points) time, O(clusters · points) memory.
  public static func kMeans(
    points: [Double], weights: [Double], clusters: Int, freeZero: Bool, grid: Double = 0,
    range: ClosedRange<Double> = -1e9...1e9
  ) -> (centroids: [Double], cost: Double)? {
    precondition(points.count == weights.count && (1...65_536).contains(points.count))
    precondition((1...min(256, points.count)).contains(clusters))
    var centroids = [Double](repeating: 0, count: clusters + 1)
    var cost = 0.0
    let found = unsafe points.withUnsafeBufferPointer { x in
      unsafe weights.withUnsafeBufferPointer { w in
        unsafe centroids.withUnsafeMutableBufferPointer { c in
          unsafe fit_kmeans(
            x.baseAddress, w.baseAddress, Int32(x.count), Int32(clusters), freeZero ? 1 : 0, grid,
            range.lowerBound, range.upperBound, c.baseAddress, &cost)
        }
      }
    }
    guard found >= 0 else { return nil }
    return (Array(centroids.prefix(Int(found))), cost)
  }

  /// Weighted one-dimensional k-means over many points in any order: the optimum over 65,536 bins,
  /// then over points, each boundary within one bin.
  ///
  /// Arguments as ``kMeans(points:weights:clusters:freeZero:grid:range:)``; weights nil for 1 each.
  /// - Complexity: O(points) and that of k-means over the bins.
  public static func cluster(
    _ points: [Float], weights: [Float]?, clusters: Int, freeZero: Bool, grid: Double = 0,
    range: ClosedRange<Double> = -1e9...1e9
  ) -> (centroids: [Double], cost: Double)? {
    precondition(!points.isEmpty && (weights.map { $0.count == points.count } ?? true))
    precondition((1...256).contains(clusters))
    var centroids = [Double](repeating: 0, count: clusters + 1)
    var cost = 0.0
    let found = unsafe fit_cluster(
      points, weights, Int64(points.count), 65_536, Int32(clusters), freeZero ? 1 : 0, grid,
      range.lowerBound, range.upperBound, &centroids, &cost)
    guard found >= 0 else { return nil }
    return (Array(centroids.prefix(Int(found))), cost)
  }

  /// Replaces latent weights by codebook values: q = scale[row] · values[index], where index is the
  /// number of boundaries (`middles`) below the latent weight. Adds to `counts`.
  ///
  /// `range` are the elements to work on, whole rows of `columns` elements from the first row that
  /// `scales` names.
  public static func quantise(
    _ latent: [Float], range: Range<Int>, columns: Int, scales: ArraySlice<Float>,
    middles: [Float], values: [Float], into quantised: inout [Float], indices: inout [UInt8],
    counts: inout [Int32]
  ) {
    let rows = range.count / max(1, columns)
    precondition(rows * columns == range.count && scales.count == rows)
    precondition(range.upperBound <= latent.count && latent.count == quantised.count)
    precondition(latent.count == indices.count && middles.count + 1 == values.count)
    precondition((1...256).contains(values.count) && counts.count == values.count)
    unsafe latent.withUnsafeBufferPointer { w in
      unsafe scales.withUnsafeBufferPointer { s in
        unsafe quantised.withUnsafeMutableBufferPointer { q in
          unsafe indices.withUnsafeMutableBufferPointer { index in
            unsafe fit_quantise(
              w.baseAddress.map { unsafe $0 + range.lowerBound }, Int32(rows), Int32(columns),
              s.baseAddress, middles, values, Int32(values.count),
              q.baseAddress.map { unsafe $0 + range.lowerBound },
              index.baseAddress.map { unsafe $0 + range.lowerBound }, &counts)
          }
        }
      }
    }
  }

  /// Rounds latent weights to multiples of `step`: q = scale[row] · step · k with integer k in
  /// `limits`, ties to even.
  public static func snap(
    _ latent: [Float], columns: Int, scales: [Float], step: Float, limits: ClosedRange<Float>,
    into quantised: inout [Float]
  ) {
    precondition(latent.count == scales.count * columns && latent.count == quantised.count)
    unsafe quantised.withUnsafeMutableBufferPointer { q in
      unsafe fit_snap(
        latent, Int32(scales.count), Int32(columns), scales, step, limits.lowerBound,
        limits.upperBound, q.baseAddress)
    }
  }

  /// Gradients of a codebook tensor from the gradient of its quantised weights: sums over each
  /// cluster into `centroids`, and the clipped straight-through gradient of the latent weights.
  public static func codebookGradient(
    _ gradient: [Float], latent: [Float], indices: [UInt8], range: Range<Int>, columns: Int,
    scales: ArraySlice<Float>, inside: ClosedRange<Float>, into latentGradient: inout [Float],
    centroids: inout [Double]
  ) {
    let rows = range.count / max(1, columns)
    precondition(rows * columns == range.count && scales.count == rows)
    precondition(range.upperBound <= latent.count && latent.count == gradient.count)
    precondition(latent.count == indices.count && latent.count == latentGradient.count)
    precondition(centroids.count == 256)
    unsafe gradient.withUnsafeBufferPointer { g in
      unsafe latent.withUnsafeBufferPointer { w in
        unsafe indices.withUnsafeBufferPointer { index in
          unsafe scales.withUnsafeBufferPointer { s in
            unsafe latentGradient.withUnsafeMutableBufferPointer { result in
              unsafe fit_codebook_gradient(
                g.baseAddress.map { unsafe $0 + range.lowerBound },
                w.baseAddress.map { unsafe $0 + range.lowerBound },
                index.baseAddress.map { unsafe $0 + range.lowerBound }, Int32(rows),
                Int32(columns), s.baseAddress, inside.lowerBound, inside.upperBound,
                result.baseAddress.map { unsafe $0 + range.lowerBound }, &centroids)
            }
          }
        }
      }
    }
  }

  /// Constants of one Adam step.
  public struct AdamStep: Sendable {
    /// Learning rate.
    public var rate: Float
    /// Decay of the first moment.
    public var beta1: Float
    /// Decay of the second moment.
    public var beta2: Float
    /// 1 - beta1^t.
    public var correction1: Float
    /// 1 - beta2^t.
    public var correction2: Float
    /// Added to the root of the second moment.
    public var epsilon: Float
    /// Decoupled weight decay, times the rate.
    public var decay: Float

    /// Makes the constants.
    public init(
      rate: Float, beta1: Float, beta2: Float, correction1: Float, correction2: Float,
      epsilon: Float, decay: Float
    ) {
      self.rate = rate
      self.beta1 = beta1
      self.beta2 = beta2
      self.correction1 = correction1
      self.correction2 = correction2
      self.epsilon = epsilon
      self.decay = decay
    }
  }

  /// One Adam step on arrays (Kingma and Ba 2015).
  public static func adam(
    _ parameters: inout [Float], gradient: [Float], first: inout [Float], second: inout [Float],
    step: AdamStep
  ) {
    let count = parameters.count
    precondition(gradient.count == count && first.count == count && second.count == count)
    unsafe parameters.withUnsafeMutableBufferPointer { p in
      unsafe first.withUnsafeMutableBufferPointer { m in
        unsafe second.withUnsafeMutableBufferPointer { v in
          unsafe fit_adam(
            p.baseAddress, gradient, m.baseAddress, v.baseAddress, Int32(count), step.rate,
            step.beta1, step.beta2, step.correction1, step.correction2, step.epsilon, step.decay)
        }
      }
    }
  }

  /// Sum of squares in double precision; NaN or infinity where an element is not finite.
  public static func sumOfSquares(_ values: [Float]) -> Double {
    unsafe fit_sum_of_squares(values, Int32(values.count))
  }
}
