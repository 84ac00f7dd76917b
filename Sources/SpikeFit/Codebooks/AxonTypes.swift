import SpikeCompute

/// Codebooks of crossbars whose axons have types: w_ij = S_j[G_i]. The type G belongs to the input
/// and is the same in all rows; each output channel j has a value S_j for every type.
///
/// Given values, the best type of input i is argmin_g Σ_j F_ij (w_ij - S_j[g])²; given types, the
/// best values are means. That is k-means of columns, which has no exact solution in reasonable time:
/// it starts from the exact clustering of the columns' first principal component.
extension TrainableNetwork {
  private static let rounds = 30

  /// Starts one codebook for each row, with types for every layer.
  mutating func startAxonTypes() {
    codebooks = []
    for index in layers.indices {
      guard let count = uniqueWeights(of: index) else { continue }
      let layer = layers[index]
      var types = firstTypes(layer, count)
      var values: [Float] = []
      for _ in 0..<TrainableNetwork.rounds {
        values = typeMeans(layer, types, count)
        FitKernels.axonTypes(
          layer.latent.values, importance: importance(of: layer), rowWeights: rowWeights(layer),
          columns: layer.columns, values: values, types: count, into: &layers[index].indices)
        let better = layers[index].indices.prefix(layer.columns).map { Int($0) }
        if better == types { break }
        types = better
      }
      let patterns: [[Float]] = (0..<count).map { row in
        (0..<count).map { $0 == row ? 1 : 0 }
      }
      for row in 0..<layer.rows {
        codebooks.append(
          Codebook(
            patterns: patterns, parameters: Array(values[row * count..<(row + 1) * count]),
            keepsOrder: true))
      }
    }
  }

  /// The best types for latent weights and values as they are.
  mutating func assignAxonTypes() {
    for index in layers.indices {
      var values = [Float]()
      var types = 0
      for (book, members) in members.enumerated() where members.first?.layer == index {
        let own = realisedValues(of: book, in: index)
        values += own
        types = own.count
      }
      guard types > 0, values.count == layers[index].rows * types else { continue }
      let layer = layers[index]
      FitKernels.axonTypes(
        layer.latent.values, importance: importance(of: layer), rowWeights: rowWeights(layer),
        columns: layer.columns, values: values, types: types, into: &layers[index].indices)
    }
  }

  private func importance(of layer: TrainableLayer) -> [Float]? {
    switch options.codebook.importance {
    case .none: nil
    case .adam: layer.latent.second.contains { $0 > 0 } ? layer.latent.second : nil
    case .gradients, .fisher: layer.squares.contains { $0 > 0 } ? layer.squares : nil
    }
  }

  /// Errors count in real current, as thresholds are 1; importance has that in it already.
  private func rowWeights(_ layer: TrainableLayer) -> [Float] {
    options.codebook.importance == .none
      ? layer.channelScales.map { $0 * $0 } : layer.channelScales.map { _ in 1 }
  }

  private func firstTypes(_ layer: TrainableLayer, _ count: Int) -> [Int] {
    let (rows, columns) = (layer.rows, layer.columns)
    let weights = layer.latent.values
    var direction = (0..<rows).map { $0 % 2 == 0 ? 1.0 : 0.5 }
    var projections = [Double](repeating: 0, count: columns)
    for _ in 0..<12 {
      projections = [Double](repeating: 0, count: columns)
      for row in 0..<rows {
        for column in 0..<columns {
          projections[column] += direction[row] * Double(weights[row * columns + column])
        }
      }
      var next = [Double](repeating: 0, count: rows)
      for row in 0..<rows {
        for column in 0..<columns {
          next[row] += projections[column] * Double(weights[row * columns + column])
        }
      }
      let norm = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard norm > 0 else { break }
      direction = next.map { $0 / norm }
    }
    let found = KMeans1D(projections.map { Float($0) }, count: count).centroids
    return projections.map { value in
      found.indices.min { abs(found[$0] - value) < abs(found[$1] - value) } ?? 0
    }
  }

  /// Mean weight of each type in each row; types without inputs take the mean of the row.
  private func typeMeans(_ layer: TrainableLayer, _ types: [Int], _ count: Int) -> [Float] {
    let importance = importance(of: layer)
    var result: [Float] = []
    for row in 0..<layer.rows {
      var sums = [Double](repeating: 0, count: count)
      var totals = sums
      for (column, type) in types.enumerated() {
        let element = row * layer.columns + column
        let share = Double(importance?[element] ?? 1) + 1e-12
        sums[type] += share * Double(layer.latent.values[element])
        totals[type] += share
      }
      let mean = sums.reduce(0, +) / max(1e-12, totals.reduce(0, +))
      result += (0..<count).map { Float(totals[$0] > 0 ? sums[$0] / totals[$0] : mean) }
    }
    return result
  }
}
