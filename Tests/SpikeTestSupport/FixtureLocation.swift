import Foundation

/// Fixtures are found from the source tree; nothing is copied into the build.
public enum FixtureLocation {
  /// Root of the repository.
  public static let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// Absolute path of a fixture, for example `path("onnx/fashion-cnn/model.onnx")`.
  public static func path(_ relative: String) -> String { "\(repository)/Fixtures/\(relative)" }

  /// The text of a file of the repository, for example `text("docs/rules.md")`.
  public static func text(_ relative: String) throws -> String {
    try String(contentsOfFile: "\(repository)/\(relative)", encoding: .utf8)
  }
}
