internal import CSpikeKernels

/// Kernels of soft assignment: a weight is a mixture of all values,
///
///     p_ik = softmax_k( -(w_i - c_k)² / τ ),   q_i = Σ_k p_ik c_k
extension FitKernels {
  /// Replaces weights by scale[row] · q.
  public static func softQuantise(
    _ latent: [Float], in part: FitRows, scales: [Float], values: [Float], temperature: Float,
    into quantised: inout [Float]
  ) {
    precondition(part.precedes(latent.count) && latent.count == quantised.count)
    precondition(scales.count == part.rows && !values.isEmpty && temperature > 0)
    unsafe fit_soft_quantise(
      Int32(part.first), latent, Int32(part.rows), Int32(part.columns), scales, values,
      Int32(values.count), temperature, &quantised)
  }

  /// Derivatives of the mixture (spikefit formulas (4) and (5)):
  ///
  ///     dq/dw = (2/τ) Var_p(c),   dq/dc_k = p_k (1 + (2/τ)(w - c_k)(c_k - q))
  ///
  /// times scale[row] · gradient; latent gradients are set, those of the values are added up.
  public static func softGradient(
    _ gradient: [Float], latent: [Float], in part: FitRows, scales: [Float], values: [Float],
    temperature: Float, into latentGradient: inout [Float], centroids: inout [Double]
  ) {
    precondition(part.precedes(latent.count) && latent.count == gradient.count)
    precondition(scales.count == part.rows && !values.isEmpty && temperature > 0)
    precondition(latentGradient.count == latent.count && centroids.count >= values.count)
    unsafe fit_soft_gradient(
      Int32(part.first), gradient, latent, Int32(part.rows), Int32(part.columns), scales, values,
      Int32(values.count), temperature, &latentGradient, &centroids)
  }

  /// Adds Σ_i p_ik to `weights` and Σ_i p_ik w_i to `products`: one step of soft k-means.
  public static func softSums(
    _ latent: [Float], in part: FitRows, values: [Float], temperature: Float,
    weights: inout [Double], products: inout [Double]
  ) {
    precondition(part.precedes(latent.count) && !values.isEmpty && temperature > 0)
    precondition(weights.count == values.count && products.count == values.count)
    unsafe fit_soft_sums(
      Int32(part.first), latent, Int32(part.count), values, Int32(values.count), temperature,
      &weights, &products)
  }

  /// Adds Σ_k p_ik amounts[k] to the latent gradients.
  public static func softSpread(
    _ latent: [Float], in part: FitRows, values: [Float], temperature: Float, amounts: [Float],
    into latentGradient: inout [Float]
  ) {
    precondition(part.precedes(latent.count) && latentGradient.count == latent.count)
    precondition(amounts.count == values.count && !values.isEmpty && temperature > 0)
    unsafe fit_soft_spread(
      Int32(part.first), latent, Int32(part.count), values, Int32(values.count), temperature,
      amounts, &latentGradient)
  }
}
