import SpikeCompute

extension TrainableNetwork {
  /// Gradients of the values and of the latent weights, and one step of the values.
  mutating func learnCodebooks(
    _ step: FitKernels.AdamStep, _ gradients: [[Float]], _ latentGradients: inout [[Float]]
  ) {
    var step = step
    step.decay = 0
    step.rate *= options.learning.centroidShare
    let method = options.codebook.method
    for book in codebooks.indices {
      var sums = [Double](repeating: 0, count: 256)
      let product = addGradients(of: book, gradients, &latentGradients, &sums)
      if method == .dkm { spread(sums, of: book, &latentGradients) }
      guard method != .fixed, !method.isDerived else { continue }
      let isStep = method == .lsq || method == .lsqHalf
      let gradient = codebooks[book].parameterGradient(sums, stepProduct: isStep ? product : nil)
      let lost = codebooks[book].update(
        gradient: gradient, step: step, smallestGap: smallestGap(of: book))
      guard canPlaceAnew else { continue }
      for index in lost.prefix(1) { reseed(book, index) }
    }
  }

  /// Adds dL/dc of a codebook to `sums` and sets the latent gradients of its members.
  /// - Returns: Σ g w over the weights where the gradient passes.
  private func addGradients(
    of book: Int, _ gradients: [[Float]], _ latentGradients: inout [[Float]],
    _ sums: inout [Double]
  ) -> Double {
    let codebook = codebooks[book]
    var product = 0.0
    for member in members[book] {
      let layer = layers[member.layer]
      let part = FitRows(member.rows, columns: layer.columns)
      let scales = Array(layer.rowScales[member.rows])
      if let temperature = temperature(of: book) {
        FitKernels.softGradient(
          gradients[member.layer], latent: layer.latent.values, in: part, scales: scales,
          values: codebook.values, temperature: temperature,
          into: &latentGradients[member.layer], centroids: &sums)
      } else {
        product += FitKernels.levelGradient(
          gradients[member.layer], latent: layer.latent.values, indices: layer.indices, in: part,
          scales: scales, factors: latentFactors(codebook), inside: passBand(codebook),
          into: &latentGradients[member.layer], centroids: &sums)
      }
    }
    return product
  }

  /// LSQ passes inside its clip and no further; ternary weights have no clip; else formula (3).
  private func passBand(_ codebook: Codebook) -> ClosedRange<Float> {
    switch options.codebook.method {
    case .lsq: codebook.passBand(margin: 0)
    case .ttq: Codebook.everywhere
    default: codebook.passBand(margin: 0.5)
    }
  }

  /// Trained ternary quantisation scales the latent gradient by the value that a weight stands for,
  /// 1 at zero.
  private func latentFactors(_ codebook: Codebook) -> [Float] {
    var factors = [Float](repeating: 1, count: 256)
    guard options.codebook.method == .ttq else { return factors }
    for (index, value) in codebook.values.enumerated() where value != 0 {
      factors[index] = abs(value)
    }
    return factors
  }

  // MARK: Soft assignment

  /// Temperature of the soft assignment of a codebook now; nil for hard assignment.
  ///
  /// Soft-to-hard: from (gap/2)² to (gap/20)², geometrically in the share of its part of training.
  /// DKM: (gap/3)² until integers come in.
  func temperature(of book: Int) -> Float? {
    let gap = codebooks[book].meanGap
    guard integers == nil, gap > 0, !codebooks[book].keepsOrder else { return nil }
    switch options.codebook.method {
    case .dkm: return gap * gap / 9
    case .catSoft:
      let start = options.schedule.codebookStart
      let end = min(
        options.schedule.snapStart, start + options.codebook.softShare * (1 - start))
      guard progress < end, start < end else { return nil }
      let part = max(0, (progress - start) / (end - start))
      let width = gap / Float(2 * Powers.geometric(from: 1, to: 10, at: part))
      return width * width
    default: return nil
    }
  }

  // MARK: Values that follow from the weights

  /// Brings values that are no parameters up to date.
  mutating func deriveValues() {
    for book in codebooks.indices {
      switch options.codebook.method {
      case .rescaw:
        let (mean, _) = magnitudes(of: book)
        let reach = codebooks[book].patterns.map { abs($0[0]) }.max() ?? 1
        if mean > 0, reach > 0 { codebooks[book].set([Float(mean) / reach]) }
      case .ttq:
        codebooks[book].threshold = TernaryRule.threshold * magnitudes(of: book).largest
      case .dkm: moveMeans(of: book)
      default: break
      }
    }
  }

  private func magnitudes(of book: Int) -> (mean: Double, largest: Float) {
    var sum = 0.0
    var largest: Float = 0
    var count = 0
    for member in members[book] {
      let part = FitRows(member.rows, columns: layers[member.layer].columns)
      let found = FitKernels.magnitudes(layers[member.layer].latent.values, in: part)
      sum += found.sum
      largest = max(largest, found.largest)
      count += part.count
    }
    return (sum / Double(max(1, count)), largest)
  }

  /// One step of k-means from the values of the last step: soft, or hard once integers are in.
  private mutating func moveMeans(of book: Int) {
    let values = codebooks[book].values
    var weights = [Double](repeating: 0, count: values.count)
    var products = weights
    // Cold enough, soft shares are hard ones.
    let gap = codebooks[book].meanGap
    let temperature = temperature(of: book) ?? max(1e-12, gap * gap / 10_000)
    for member in members[book] {
      FitKernels.softSums(
        layers[member.layer].latent.values,
        in: FitRows(member.rows, columns: layers[member.layer].columns), values: values,
        temperature: temperature, weights: &weights, products: &products)
    }
    var means: [Float] = codebooks[book].parameters
    for (index, pattern) in codebooks[book].patterns.enumerated() where weights[index] > 1e-6 {
      guard let parameter = pattern.firstIndex(of: 1) else { continue }
      means[parameter] = Float(products[index] / weights[index])
    }
    codebooks[book].set(means)
  }

  /// The way of the gradient through the cluster means, c_k = Σ p w / Σ p, with p held:
  /// dL/dw_i += Σ_k dL/dc_k p_ik / Σ_j p_jk.
  private func spread(_ sums: [Double], of book: Int, _ latentGradients: inout [[Float]]) {
    let values = codebooks[book].values
    guard let temperature = temperature(of: book) else { return }
    var weights = [Double](repeating: 0, count: values.count)
    var products = weights
    for member in members[book] {
      FitKernels.softSums(
        layers[member.layer].latent.values,
        in: FitRows(member.rows, columns: layers[member.layer].columns), values: values,
        temperature: temperature, weights: &weights, products: &products)
    }
    let amounts = values.indices.map { index in
      weights[index] > 1e-6 && codebooks[book].patterns[index].contains(1)
        ? Float(sums[index] / weights[index]) : 0
    }
    for member in members[book] {
      FitKernels.softSpread(
        layers[member.layer].latent.values,
        in: FitRows(member.rows, columns: layers[member.layer].columns), values: values,
        temperature: temperature, amounts: amounts, into: &latentGradients[member.layer])
    }
  }
}

/// Constants of trained ternary quantisation.
enum TernaryRule {
  /// Share of the largest magnitude below which a weight is 0 (Zhu et al., arXiv 1612.01064).
  static let threshold: Float = 0.05
}

/// Powers without the C library, whose last digit differs between machines.
enum Powers {
  /// from · (to / from)^part in 64 equal steps of `part` in 0…1.
  static func geometric(from: Double, to: Double, at part: Double) -> Double {
    var root = to / from
    for _ in 0..<6 { root = root.squareRoot() }
    let step = Int((max(0, min(1, part)) * 64).rounded(.down))
    return (0..<step).reduce(from) { product, _ in product * root }
  }
}
