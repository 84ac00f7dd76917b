import Foundation
import SpikeBytes
import SpikeDiagnostics

/// One run of a comparison: a cell of a table with one seed.
struct ComparisonRun: Hashable {
  var table: String
  var row: String
  var column: String
  var seed: UInt64
  var settings: FitSettings
  /// Name of the file of its record: what it is, and a hash of everything that shapes the result.
  var key: String
}

/// What is kept of a run.
struct RunRecord: Codable {
  var table: String
  var row: String
  var column: String
  var seed: UInt64
  var settings: FitSettings
  var version: String
  /// Share of correct test samples, in integers where there are any.
  var accuracy: Double
  var floatAccuracy: Double?
  var startAccuracy: Double?
  /// Synaptic operations per sample, as NeuroBench counts them.
  var accumulations: Double?
  var multiplyAccumulations: Double?
  var spikes: Double?
  /// Channels of all spiking populations together.
  var channelsBefore: Int
  var channelsAfter: Int
  var steps: Int
  var seconds: Double

  /// Synaptic operations of both kinds.
  var operations: Double? {
    guard let accumulations, let multiplyAccumulations else { return nil }
    return accumulations + multiplyAccumulations
  }
}

/// All runs of a recipe, in the order in which they are made: seed by seed, so that a stopped
/// comparison has whole tables of fewer seeds.
struct ComparisonPlan {
  var runs: [ComparisonRun] = []

  /// - Parameter salt: what else shapes all results: hashes of the network and version.
  init(_ recipe: Recipe, path: String, salt: String) throws {
    for seed in recipe.seeds {
      for table in recipe.tables {
        for row in table.rows {
          for column in table.columns where row.only?.contains(column.label) ?? true {
            let settings = try ComparisonPlan.settings(
              recipe, path, [recipe.settings, table.settings, column.settings, row.settings], seed)
            runs.append(
              ComparisonRun(
                table: table.name, row: row.label, column: column.label, seed: seed,
                settings: settings,
                key: try ComparisonPlan.key(
                  [table.name, row.label, column.label, "seed", "\(seed)"], settings,
                  salt
                    + (try ComparisonPlan.start(recipe, path, seed).map(
                      SettingsOverlay.canonical) ?? ""))))
          }
        }
      }
    }
  }

  /// Settings of the training from which the runs of a seed start.
  static func start(_ recipe: Recipe, _ path: String, _ seed: UInt64) throws -> FitSettings? {
    guard let start = recipe.start else { return nil }
    return try settings(recipe, path, [recipe.settings, start], seed)
  }

  private static func settings(
    _ recipe: Recipe, _ path: String, _ layers: [[String: RecipeValue]?], _ seed: UInt64
  ) throws -> FitSettings {
    var settings = FitSettings(target: "loihi2")
    settings.timeSteps = recipe.timeSteps
    settings.seed = seed
    let resolved = layers.map { $0?.mapValues { resolve($0, beside: path) } }
    return try SettingsOverlay.apply(resolved, to: settings, recipe: path)
  }

  /// Texts that name files are relative to the recipe.
  private static func resolve(_ value: RecipeValue, beside path: String) -> RecipeValue {
    switch value {
    case .group(let group): return .group(group.mapValues { resolve($0, beside: path) })
    case .text(let text) where text.contains("/") || text.hasSuffix(".json"):
      return .text(RecipePath.resolve(text, beside: path))
    default: return value
    }
  }

  /// A file name: words, and 12 digits of a hash over all that shapes the result.
  static func key(_ words: [String], _ settings: FitSettings, _ salt: String) throws -> String {
    let canonical = try SettingsOverlay.canonical(settings)
    let hash = SHA256.hex(of: Array((salt + "\n" + canonical).utf8)).prefix(12)
    let name = words.joined(separator: "-").lowercased().map { character in
      character.isASCII && (character.isLetter || character.isNumber) ? character : "-"
    }
    let parts = String(name).split(separator: "-")
    return parts.joined(separator: "-") + "-\(hash)"
  }
}

/// Paths in recipes.
enum RecipePath {
  /// A path that may be relative to the folder of the recipe.
  static func resolve(_ path: String, beside recipe: String) -> String {
    guard !path.hasPrefix("/"), let slash = recipe.lastIndex(of: "/") else { return path }
    return "\(recipe[..<slash])/\(path)"
  }
}
