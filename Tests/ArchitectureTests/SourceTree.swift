import Foundation
import SpikeTestSupport

/// The Swift and C files of the package as text, for rules about the house itself.
struct SourceTree {
  /// Path relative to `Sources/` → text.
  let files: [(path: String, text: String)]

  init(folder: String = "Sources", extensions: Set<String> = ["swift"]) throws {
    let root = FixtureLocation.repository + "/" + folder
    var found: [(String, String)] = []
    let paths = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    for path in paths.sorted()
    where extensions.contains(String(path.split(separator: ".").last ?? "")) {
      found.append((path, try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)))
    }
    files = found
  }

  /// Names after `import`, whatever stands in front (`public`, `@testable`, attributes).
  static func imports(in text: String) -> [String] {
    text.split(separator: "\n").compactMap { line in
      line.wholeMatch(
        of:
          /\s*(?:@\w+\s+)*(?:public |package |internal |fileprivate |private )?import (?:struct |class |enum |func )?(\w+)[\w.]*\s*/
      )
      .map { String($0.1) }
    }
  }
}
