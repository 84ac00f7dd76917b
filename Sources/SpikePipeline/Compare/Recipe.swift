import Foundation
import SpikeDiagnostics

/// A comparison of ways to fit: one network, one data set, tables of settings, several seeds.
///
/// Every table is a grid: a cell is fitted with the table's settings, then those of its column, then
/// those of its row, once per seed. All cells of a seed start from the same file: the network
/// converted and, where `start` says so, trained at full precision first. Settings are named as in
/// ``FitSettings``.
struct Recipe: Codable {
  /// Headline of the results.
  var title: String
  /// Path of the ANN (ONNX), relative to the recipe.
  var network: String
  /// Data set, as for `--data`.
  var data: String
  /// Use at most this many samples; nil for all.
  var trainSamples: Int?
  var testSamples: Int?
  /// Time steps per inference.
  var timeSteps: Int
  /// Seeds; every cell is run with each.
  var seeds: [UInt64]
  /// Settings of all runs.
  var settings: [String: RecipeValue]?
  /// Settings of the training from which all cells start; nil to start from the conversion.
  var start: [String: RecipeValue]?
  /// The tables.
  var tables: [Table]

  /// One grid of runs.
  struct Table: Codable {
    /// Short name, for files.
    var name: String
    /// Headline.
    var title: String
    /// What the table shows, in a sentence or two.
    var text: String?
    /// Whether the table of synaptic operations is shown too.
    var showsOperations: Bool?
    /// Settings of all cells.
    var settings: [String: RecipeValue]?
    /// Columns, and rows: the methods.
    var columns: [Entry]
    var rows: [Entry]
  }

  /// One column or row.
  struct Entry: Codable {
    /// Name in the table.
    var label: String
    /// What it sets.
    var settings: [String: RecipeValue]?
    /// Columns that a row has, by label; nil for all.
    var only: [String]?
  }
}

/// The value of a setting: a number, a word, a flag, or settings that belong together.
indirect enum RecipeValue: Codable, Hashable, Sendable {
  case flag(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case group([String: RecipeValue])
  case none

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .none
    } else if let value = try? container.decode(Bool.self) {
      self = .flag(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else {
      self = .group(try container.decode([String: RecipeValue].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .flag(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .group(let value): try container.encode(value)
    case .none: try container.encodeNil()
    }
  }
}

extension Recipe {
  /// Largest recipe that is read, in bytes.
  private static let maximumByteCount = 1 << 20

  /// Reads a recipe and proves that it can be run as far as that needs no model.
  /// - Throws: `pipeline.invalid-recipe`.
  static func read(_ path: String) throws -> Recipe {
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw PipelineError(
        .invalidRecipe, "The recipe cannot be read.", at: Location(file: path),
        fix: "check the path; Benchmarks/fit holds recipes")
    }
    guard data.count <= maximumByteCount else {
      throw PipelineError(
        .invalidRecipe, "The recipe has \(data.count) bytes; at most \(maximumByteCount) are read.",
        at: Location(file: path), fix: "give a recipe, not a model")
    }
    let recipe: Recipe
    do {
      recipe = try JSONDecoder().decode(Recipe.self, from: data)
    } catch let error as DecodingError {
      throw PipelineError(
        .invalidRecipe, "The recipe is not what it should be: \(error.place).",
        at: Location(file: path), fix: "compare it with Benchmarks/fit/standard.json")
    }
    try recipe.check(path)
    return recipe
  }

  private func check(_ path: String) throws {
    func refuse(_ message: String, _ fix: String) -> PipelineError {
      PipelineError(.invalidRecipe, message, at: Location(file: path), fix: fix)
    }
    guard !seeds.isEmpty, Set(seeds).count == seeds.count else {
      throw refuse(
        "The seeds are \(seeds); there must be one or more, all different.", "name seeds")
    }
    guard (1...4_096).contains(timeSteps) else {
      throw refuse("timeSteps is \(timeSteps); allowed is 1 to 4096.", "choose a window")
    }
    guard !tables.isEmpty, Set(tables.map(\.name)).count == tables.count else {
      throw refuse("There must be one or more tables of different names.", "name the tables")
    }
    for table in tables {
      guard table.name.wholeMatch(of: /[a-z0-9][a-z0-9-]*/) != nil else {
        throw refuse(
          "The table name '\(table.name)' is not a file name.",
          "use small letters, digits and dashes")
      }
      for (kind, entries) in [("columns", table.columns), ("rows", table.rows)] {
        guard !entries.isEmpty, Set(entries.map(\.label)).count == entries.count else {
          throw refuse(
            "Table '\(table.name)' needs one or more \(kind), all of different labels.",
            "label the \(kind)")
        }
      }
      let labels = table.columns.map(\.label)
      for row in table.rows {
        for label in row.only ?? [] where !labels.contains(label) {
          throw refuse(
            "Row '\(row.label)' of table '\(table.name)' names a column '\(label)' that is not there.",
            "the columns are \(labels.joined(separator: ", "))")
        }
      }
    }
  }
}

extension DecodingError {
  /// What is wrong where, in one clause.
  fileprivate var place: String {
    func path(_ context: Context) -> String {
      context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
        .joined(separator: ".")
    }
    switch self {
    case .keyNotFound(let key, let context):
      return "'\(key.stringValue)' is missing in '\(path(context))'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "'\(path(context))' has the wrong kind of value"
    default: return "it is not valid JSON"
    }
  }
}
