import Foundation

/// Recordings and networks of others that are not part of the repository; docs/import.md says where
/// they come from.
public enum SharedTestData {
  /// Environment variable with the folder that holds `nir-paper`, `lava-oxford` and `nmnist-a`.
  public static let variable = "SFCONV_SHARED"

  /// The folder; nil where nobody named one.
  public static let folder = ProcessInfo.processInfo.environment[variable]
    .flatMap { $0.isEmpty ? nil : $0 }

  /// What a skipped test says.
  public static let advice = "not checked: \(variable) names no folder with the recordings"

  /// Path of a file; the variable must be set.
  public static func path(_ relative: String) -> String { "\(folder ?? "")/\(relative)" }
}
