import Foundation
import SpikeDiagnostics

/// Settings by name: the keys of recipes are the properties of ``FitSettings``, so that whatever
/// `fit` learns can be compared.
enum SettingsOverlay {
  /// The settings after changes, the last of which counts; groups are merged.
  /// - Throws: `pipeline.invalid-recipe` for a name that is no setting, or a value of another kind.
  static func apply(
    _ layers: [[String: RecipeValue]?], to settings: FitSettings, recipe: String
  ) throws -> FitSettings {
    var values = try JSONDecoder().decode(
      [String: RecipeValue].self, from: JSONEncoder().encode(settings))
    for layer in layers {
      try merge(layer ?? [:], into: &values, of: Mirror(reflecting: settings), "", recipe)
    }
    do {
      return try JSONDecoder().decode(FitSettings.self, from: JSONEncoder().encode(values))
    } catch {
      throw PipelineError(
        .invalidRecipe, "A setting has a value of the wrong kind: \(error.localizedDescription)",
        at: Location(file: recipe), fix: "see 'sfconv fit --help' for what each setting takes")
    }
  }

  private static func merge(
    _ changes: [String: RecipeValue], into values: inout [String: RecipeValue], of mirror: Mirror,
    _ path: String, _ recipe: String
  ) throws {
    let names = mirror.children.compactMap(\.label).sorted()
    for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
      guard let child = mirror.children.first(where: { $0.label == name }) else {
        throw PipelineError(
          .invalidRecipe, "There is no setting '\(path)\(name)'.", at: Location(file: recipe),
          fix: (Suggestion.nearest(to: name, among: names).map { "did you mean '\($0)'? " } ?? "")
            + "settings are \(names.joined(separator: ", "))")
      }
      if case .group(let part) = value {
        var inner: [String: RecipeValue] = [:]
        if case .group(let old) = values[name] ?? .none { inner = old }
        try merge(part, into: &inner, of: Mirror(reflecting: child.value), "\(name).", recipe)
        values[name] = .group(inner)
      } else {
        values[name] = value
      }
    }
  }

  /// One text for equal settings, with sorted keys.
  static func canonical(_ settings: FitSettings) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(settings), as: UTF8.self)
  }
}
