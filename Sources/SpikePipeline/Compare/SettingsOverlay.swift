import Foundation
import SpikeDiagnostics

/// Settings by name: the keys of recipes are the properties of ``FitSettings``, so that whatever
/// `fit` learns can be compared.
enum SettingsOverlay {
  /// Names of all settings.
  static var names: [String] {
    Mirror(reflecting: FitSettings(target: "")).children.compactMap(\.label).sorted()
  }

  /// The settings after changes, the last of which counts.
  /// - Throws: `pipeline.invalid-recipe` for a name that is no setting, or a value of another kind.
  static func apply(
    _ layers: [[String: RecipeValue]?], to settings: FitSettings, recipe: String
  ) throws -> FitSettings {
    var values = try JSONDecoder().decode(
      [String: RecipeValue].self, from: JSONEncoder().encode(settings))
    let known = Set(names)
    for layer in layers {
      for (name, value) in (layer ?? [:]).sorted(by: { $0.key < $1.key }) {
        guard known.contains(name) else {
          throw PipelineError(
            .invalidRecipe, "There is no setting '\(name)'.", at: Location(file: recipe),
            fix: (Suggestion.nearest(to: name, among: names).map { "did you mean '\($0)'? " } ?? "")
              + "settings are \(names.joined(separator: ", "))")
        }
        values[name] = value
      }
    }
    do {
      return try JSONDecoder().decode(FitSettings.self, from: JSONEncoder().encode(values))
    } catch {
      throw PipelineError(
        .invalidRecipe, "A setting has a value of the wrong kind: \(error.localizedDescription)",
        at: Location(file: recipe), fix: "see 'sfconv fit --help' for what each setting takes")
    }
  }

  /// One text for equal settings, with sorted keys.
  static func canonical(_ settings: FitSettings) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(settings), as: UTF8.self)
  }
}
