import Foundation
import SpikeDiagnostics
import SpikePipeline

/// Standard error.
enum Diagnostics {
  /// Writes a line to standard error.
  static func print(_ text: String) {
    FileHandle.standardError.write(Data("\(text)\n".utf8))
  }

  /// Prints the findings of a run to standard error.
  static func print(_ findings: [Finding]) {
    for finding in findings { print(TextRenderer.text(for: finding)) }
  }
}
