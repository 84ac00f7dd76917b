import Foundation
import SpikeBytes

/// The records of a comparison and the report made of them.
struct ComparisonBook {
  let recipe: Recipe
  let folder: String
  let runs: [ComparisonRun]
  /// Records by key of the run.
  private(set) var records: [String: RunRecord] = [:]
  /// Records of the trainings that all start from, by seed.
  var starts: [UInt64: RunRecord] = [:]

  init(_ recipe: Recipe, folder: String, runs: [ComparisonRun]) {
    self.recipe = recipe
    self.folder = folder
    self.runs = runs
  }

  /// Reads the records of runs that have been made. One that cannot be read is made again.
  mutating func load() throws {
    for run in runs {
      guard let data = FileManager.default.contents(atPath: path(of: run.key)) else { continue }
      records[run.key] = try? JSONDecoder().decode(RunRecord.self, from: data)
    }
  }

  /// Reads the record of the training from which a seed starts, if there has been one.
  mutating func loadStart(_ seed: UInt64, key: String) throws {
    guard let data = FileManager.default.contents(atPath: "\(folder)/start/\(key).json") else {
      return
    }
    starts[seed] = try? JSONDecoder().decode(RunRecord.self, from: data)
  }

  /// Keeps a record and writes the report of now.
  mutating func add(_ record: RunRecord, key: String) throws {
    try AtomicFile.write(text: try record.json, to: path(of: key))
    records[key] = record
    try write()
  }

  private func path(of key: String) -> String { "\(folder)/runs/\(key).json" }

  private var tables: [ComparisonTable] {
    let all = runs.compactMap { records[$0.key] }
    return recipe.tables.map { ComparisonTable($0, seeds: recipe.seeds.count, records: all) }
  }

  /// Mean accuracy of the trainings that all start from.
  private var reference: CellFigures {
    CellFigures(values: starts.sorted { $0.key < $1.key }.map(\.value.accuracy))
  }

  /// Writes `results.md` and a chart for each table.
  func write() throws {
    try AtomicFile.write(text: markdown, to: "\(folder)/results.md")
    for table in tables {
      let chart = ComparisonChart(table: table, reference: reference.mean)
      if let svg = chart.svg {
        try AtomicFile.write(text: svg, to: "\(folder)/\(table.table.name).svg")
      }
    }
  }

  /// The report.
  var markdown: String {
    var lines = ["# \(recipe.title)", "", "Written by `sfconv bench fit`; do not edit.", ""]
    let samples = recipe.trainSamples.map { "\($0) training samples" } ?? "all training samples"
    let tests = recipe.testSamples.map { "\($0) test samples" } ?? "all test samples"
    lines.append(
      "- \(recipe.network.split(separator: "/").suffix(2).joined(separator: "/")) on \(recipe.data), "
        + "T = \(recipe.timeSteps), \(samples), \(tests), seeds "
        + recipe.seeds.map { "\($0)" }.joined(separator: ", ") + ".")
    if let mean = reference.mean {
      let spread = reference.deviation.map { " ± \(Figure.decimal($0 * 100, places: 2))" } ?? ""
      lines.append(
        "- All methods start from the same full-precision SNN of a seed: "
          + "\(Figure.decimal(mean * 100, places: 2))\(spread) % (\(reference.values.count) seeds)."
      )
    }
    lines.append("- \(records.count) of \(runs.count) runs made; version \(SfconvVersion.number).")
    lines += ["", tables.map(\.markdown).joined(separator: "\n")]
    return lines.joined(separator: "\n")
  }

  /// For machines.
  func summary(left: Int) -> Summary {
    .members([
      "title": .text(recipe.title), "runs": .integer(runs.count),
      "made": .integer(records.count), "left": .integer(left),
      "records": .list(
        runs.compactMap { run in
          records[run.key].map {
            .members([
              "table": .text($0.table), "row": .text($0.row), "column": .text($0.column),
              "seed": .text(String($0.seed)), "accuracy": .number($0.accuracy),
              "operations": $0.operations.map { .number($0) },
            ])
          }
        }),
    ])
  }
}
