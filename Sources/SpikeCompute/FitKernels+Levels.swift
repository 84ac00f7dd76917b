internal import CSpikeKernels

/// The part of a weight tensor that one codebook serves: whole rows.
public struct FitRows: Hashable, Sendable {
  /// First element.
  public var first: Int
  /// Number of rows.
  public var rows: Int
  /// Elements of a row.
  public var columns: Int
  /// Elements.
  public var count: Int { rows * columns }

  /// The rows `range` of a tensor with rows of `columns` elements.
  public init(_ range: Range<Int>, columns: Int) {
    first = range.lowerBound * columns
    rows = range.count
    self.columns = columns
  }

  func precedes(_ count: Int) -> Bool { first >= 0 && first + self.count <= count }
}

/// Kernels of codebooks whose values hang together or whose assignment does not follow (1).
extension FitKernels {
  /// Replaces weights by the values of given indices: q = scale[row] · values[index]. Adds to
  /// `counts`.
  public static func lookUp(
    _ indices: [UInt8], in part: FitRows, scales: [Float], values: [Float],
    into quantised: inout [Float], counts: inout [Int32]
  ) {
    precondition(part.precedes(indices.count) && indices.count == quantised.count)
    precondition(scales.count == part.rows && counts.count == values.count && !values.isEmpty)
    unsafe fit_look_up(
      Int32(part.first), indices, Int32(part.rows), Int32(part.columns), scales, values,
      Int32(values.count), &quantised, &counts)
  }

  /// As ``codebookGradient(_:latent:indices:range:columns:scales:inside:into:centroids:)`` with a
  /// factor on the latent gradient of each value.
  /// - Returns: Σ scale · g · w over the weights inside, which the gradient of a step size needs.
  public static func levelGradient(
    _ gradient: [Float], latent: [Float], indices: [UInt8], in part: FitRows, scales: [Float],
    factors: [Float], inside: ClosedRange<Float>, into latentGradient: inout [Float],
    centroids: inout [Double]
  ) -> Double {
    precondition(part.precedes(latent.count) && latent.count == gradient.count)
    precondition(latent.count == indices.count && latent.count == latentGradient.count)
    precondition(scales.count == part.rows && centroids.count == 256 && factors.count == 256)
    return unsafe fit_level_gradient(
      Int32(part.first), gradient, latent, indices, Int32(part.rows), Int32(part.columns), scales,
      factors, inside.lowerBound, inside.upperBound, &latentGradient, &centroids)
  }

  /// One type for every column: the one whose values, one in each row, are nearest to the column,
  /// Σ_r rowWeights[r] · importance · (w - values[r][type])².
  /// - Parameter values: `types` values for each row, rows one after the other.
  public static func axonTypes(
    _ latent: [Float], importance: [Float]?, rowWeights: [Float], columns: Int, values: [Float],
    types: Int, into indices: inout [UInt8]
  ) {
    let rows = rowWeights.count
    precondition(latent.count == rows * columns && indices.count == latent.count)
    precondition((1...256).contains(types) && values.count == rows * types)
    precondition(importance.map { $0.count == latent.count } ?? true)
    unsafe fit_axon_types(
      latent, importance, rowWeights, Int32(rows), Int32(columns), values, Int32(types), &indices)
  }

  /// Σ g · q of every row: the gradient of the logarithm of the row's factor.
  public static func rowProducts(
    _ gradient: [Float], _ quantised: [Float], rows: Int, columns: Int
  ) -> [Float] {
    precondition(gradient.count == rows * columns && quantised.count == gradient.count)
    var result = [Float](repeating: 0, count: rows)
    unsafe fit_row_products(0, gradient, quantised, Int32(rows), Int32(columns), &result)
    return result
  }

  /// Moves weights towards their values by the share min(1, rate · importance) of the way.
  public static func commit(
    _ latent: inout [Float], indices: [UInt8], in part: FitRows, values: [Float],
    importance: [Float]?, rate: Float
  ) {
    precondition(part.precedes(latent.count) && indices.count == latent.count)
    precondition(values.count == 256 && (importance.map { $0.count == latent.count } ?? true))
    unsafe fit_commit(
      Int32(part.first), &latent, indices, values, importance, Int32(part.count), rate)
  }

  /// Adds (scale[row] · g)² to `sums`.
  public static func addSquares(
    _ gradient: [Float], columns: Int, scales: [Float], into sums: inout [Float]
  ) {
    precondition(gradient.count == scales.count * columns && sums.count == gradient.count)
    unsafe fit_add_squares(0, gradient, Int32(scales.count), Int32(columns), scales, &sums)
  }

  /// Sum of magnitudes and the largest of them.
  public static func magnitudes(
    _ values: [Float], in part: FitRows
  ) -> (sum: Double, largest: Float) {
    precondition(part.precedes(values.count))
    var sum = 0.0
    var largest: Float = 0
    unsafe fit_magnitudes(Int32(part.first), values, Int32(part.count), &sum, &largest)
    return (sum, largest)
  }
}
