/// Where the values of a codebook start: least Σ F (w - c_a)² over the family.
package struct CodebookStart {
  package let family: CodebookFamily
  package let count: Int
  package let hasFreeZero: Bool

  /// For `count` values besides a free zero.
  package init(family: CodebookFamily, count: Int, hasFreeZero: Bool) {
    self.family = family
    self.count = count
    self.hasFreeZero = hasFreeZero
  }

  /// - Parameters:
  ///   - points: Latent weights of all members.
  ///   - importance: F of each; nil for equal importance.
  package func codebook(_ points: [Float], importance: [Float]?) -> Codebook {
    switch family {
    case .free:
      return free(KMeans1D(points, weights: importance, count: count, freeZero: hasFreeZero))
    case .symmetric:
      let zero = hasFreeZero || count % 2 == 1
      let found = KMeans1D(
        points.map { abs($0) }, weights: importance, count: max(1, count / 2), freeZero: zero)
      let halves = found.centroids.filter { $0 > 0 }
      let patterns = family.patterns(
        count: zero && !hasFreeZero ? 2 * halves.count + 1 : 2 * halves.count,
        freeZero: hasFreeZero)
      guard let patterns, !halves.isEmpty else { return free(found) }
      return Codebook(patterns: patterns, parameters: halves.map { Float($0) }, isPositive: true)
    case .subsetSum, .uniform, .halfUniform, .ternary, .powerOfTwo:
      guard let patterns = family.patterns(count: count, freeZero: hasFreeZero) else {
        return free(KMeans1D(points, weights: importance, count: count, freeZero: hasFreeZero))
      }
      let sums = PrefixSums(
        SortedPoints(points, weights: importance, limit: KMeans1D.largestExactCount))
      let fit = LinearCodebookFit(sums, patterns: patterns, start: guess(patterns))
      return Codebook(
        patterns: patterns, parameters: fit.parameters.map { Float($0) },
        isPositive: family.isPositive)
    }
  }

  /// Parameters 1; for sums of subsets the powers of two of two's complement, the last negative.
  private func guess(_ patterns: [[Float]]) -> [Double] {
    let size = patterns.first?.count ?? 1
    guard family == .subsetSum else { return Array(repeating: 1, count: size) }
    return (0..<size).map { $0 == size - 1 ? -Double(1 << $0) : Double(1 << $0) }
  }

  private func free(_ found: KMeans1D) -> Codebook {
    let hasZero = hasFreeZero && found.centroids.contains(0)
    let own = found.centroids.filter { !hasZero || $0 != 0 }
    let rows: [[Float]] = own.indices.map { row in own.indices.map { $0 == row ? 1 : 0 } }
    let zeroRow: [[Float]] = hasZero ? [own.map { _ in 0 }] : []
    return Codebook(patterns: rows + zeroRow, parameters: own.map { Float($0) })
  }
}
