import Foundation

/// Files that are not ours and lie outside the repository. `SFCONV_SHARED` names the folder that
/// holds them; without it they are looked for beside the repository.
public enum ThirdPartyFiles {
  /// Folders that are searched, in order.
  public static let roots: [String] = {
    let parent = URL(filePath: FixtureLocation.repository).deletingLastPathComponent().path
    let given = ProcessInfo.processInfo.environment["SFCONV_SHARED"]
    return [given, "\(parent)/shared"].compactMap { $0 }
  }()

  /// The first of the paths that can be read; nil where there is none.
  public static func find(_ candidates: [String]) -> String? {
    candidates.first { FileManager.default.isReadableFile(atPath: $0) }
  }
}
