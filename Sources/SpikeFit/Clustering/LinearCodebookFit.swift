/// The parameters p of a family c = A p that suit given weights: least Σ F (w - c_a)².
///
/// Alternates nearest values and weighted least squares, from several sizes of the first guess; the
/// best end wins. Each step cannot increase the cost; the end is a local minimum, and with a single
/// parameter the best of 48 of them.
struct LinearCodebookFit {
  private(set) var parameters: [Double]
  private(set) var cost = Double.infinity

  private static let sizes = 48
  private static let rounds = 30

  /// - Parameter start: Parameters of a first guess in any unit.
  init(_ sums: PrefixSums, patterns: [[Float]], start: [Double]) {
    let patterns = patterns.map { $0.map { Double($0) } }
    let reach = patterns.map { abs(LinearCodebookFit.value($0, start)) }.max() ?? 1
    parameters = start
    guard sums.largest > 0, reach > 0 else { return }
    for size in 0..<LinearCodebookFit.sizes {
      let share = Double(size + 1) / Double(LinearCodebookFit.sizes)
      var guess = start.map { $0 * share * sums.largest / reach }
      var last = Double.infinity
      for _ in 0..<LinearCodebookFit.rounds {
        let (cost, better) = LinearCodebookFit.improve(guess, sums, patterns)
        if cost < self.cost { (self.cost, parameters) = (cost, guess) }
        guard cost < last * (1 - 1e-9) else { break }
        last = cost
        guess = better
      }
    }
  }

  /// Cost of parameters, and the least squares solution for their assignment.
  private static func improve(
    _ guess: [Double], _ sums: PrefixSums, _ patterns: [[Double]]
  ) -> (Double, [Double]) {
    let order = patterns.indices.sorted {
      let (a, b) = (value(patterns[$0], guess), value(patterns[$1], guess))
      return (a, $0) < (b, $1)
    }
    let values = order.map { value(patterns[$0], guess) }
    let clusters = sums.clusters(values)
    let cost = zip(clusters, values).reduce(0) { $0 + $1.0.cost($1.1) }
    let size = guess.count
    var matrix = [[Double]](repeating: Array(repeating: 0, count: size + 1), count: size)
    for (cluster, row) in zip(clusters, order) {
      let pattern = patterns[row]
      for i in 0..<size where pattern[i] != 0 {
        for j in 0..<size { matrix[i][j] += pattern[i] * pattern[j] * cluster.weight }
        matrix[i][size] += pattern[i] * cluster.first
      }
    }
    return (cost, solve(matrix, otherwise: guess))
  }

  private static func value(_ pattern: [Double], _ parameters: [Double]) -> Double {
    zip(pattern, parameters).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Gaussian elimination with pivots; parameters without any weight stay as they are.
  private static func solve(_ rows: [[Double]], otherwise: [Double]) -> [Double] {
    var rows = rows
    let size = rows.count
    for column in 0..<size where rows[column][column] == 0 {
      rows[column][column] = 1
      rows[column][size] = otherwise[column]
    }
    for column in 0..<size {
      let pivot = (column..<size).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
      rows.swapAt(column, pivot)
      guard abs(rows[column][column]) > 1e-12 else { return otherwise }
      for row in column + 1..<max(size, column + 1) {
        let factor = rows[row][column] / rows[column][column]
        for index in column...size { rows[row][index] -= factor * rows[column][index] }
      }
    }
    var result = otherwise
    for row in (0..<size).reversed() {
      var sum = rows[row][size]
      for index in row + 1..<max(size, row + 1) { sum -= rows[row][index] * result[index] }
      result[row] = sum / rows[row][row]
    }
    return result
  }
}
