/// The figures of one cell over its seeds.
struct CellFigures {
  var values: [Double]

  var mean: Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// Standard deviation of the sample (n - 1); nil for fewer than two.
  var deviation: Double? {
    guard values.count > 1, let mean else { return nil }
    let sum = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (sum / Double(values.count - 1)).squareRoot()
  }
}

/// Results of one table of a recipe.
struct ComparisonTable {
  let table: Recipe.Table
  let seeds: Int
  private let records: [RunRecord]

  init(_ table: Recipe.Table, seeds: Int, records: [RunRecord]) {
    self.table = table
    self.seeds = seeds
    self.records = records.filter { $0.table == table.name }
  }

  /// The figures of a cell; empty where nothing has been run.
  func figures(
    _ row: Recipe.Entry, _ column: Recipe.Entry, _ value: (RunRecord) -> Double?
  ) -> CellFigures {
    CellFigures(
      values: records.filter { $0.row == row.label && $0.column == column.label }
        .sorted { $0.seed < $1.seed }.compactMap(value))
  }

  /// The table as Markdown: accuracy, and operations where the recipe wants them.
  var markdown: String {
    var lines = ["## \(table.title)", ""]
    if let text = table.text { lines += [text, ""] }
    lines += ["Accuracy in percent, mean ± standard deviation over \(seeds) seeds.", ""]
    lines += grid { row, column, best in accuracy(row, column, best) }
    if table.showsOperations ?? false {
      lines += [
        "", "Synaptic operations per sample, in thousands (ACs and MACs as NeuroBench counts).", "",
      ]
      lines += grid { row, column, _ in
        let figures = figures(row, column) { $0.operations.map { $0 / 1000 } }
        return figures.mean.map { Figure.grouped(Int($0.rounded())) } ?? ""
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func grid(
    _ cell: (Recipe.Entry, Recipe.Entry, _ best: Double?) -> String
  ) -> [String] {
    var lines = ["| method | " + table.columns.map(\.label).joined(separator: " | ") + " |"]
    lines.append("|---|" + table.columns.map { _ in "---:|" }.joined())
    let bests = table.columns.map { column in
      table.rows.compactMap { row in figures(row, column, \.accuracy).mean }.max()
    }
    for row in table.rows {
      let cells = zip(table.columns, bests).map { column, best in cell(row, column, best) }
      lines.append("| \(row.label) | " + cells.joined(separator: " | ") + " |")
    }
    return lines
  }

  private func accuracy(_ row: Recipe.Entry, _ column: Recipe.Entry, _ best: Double?) -> String {
    guard row.only?.contains(column.label) ?? true else { return "" }
    let figures = figures(row, column, \.accuracy)
    guard let mean = figures.mean else { return "not run" }
    var text = Figure.decimal(mean * 100, places: 2)
    if let deviation = figures.deviation {
      text += " ± \(Figure.decimal(deviation * 100, places: 2))"
    }
    if mean == best { text = "**\(text)**" }
    if figures.values.count < seeds { text += " (\(figures.values.count) of \(seeds))" }
    return text
  }
}
