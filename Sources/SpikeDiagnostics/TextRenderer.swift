/// Errors and findings as text for people.
///
///     model.onnx: node 'up' (GridSample): error [import.unsupported-operator]
///       GridSample has no spiking counterpart in sfconv.
///       fix: cut the model with --until 'features.2'
public enum TextRenderer {
  /// The text of an error with its remedy, its findings and its causes.
  public static func text(for error: any StageError) -> String {
    var lines = [headline(error.location, "error", error.codeText)]
    lines += indented(error.message)
    if let fix = error.fix { lines += indented("fix: \(fix)") }
    var cause = error.cause
    while let inner = cause {
      let place = inner.location.description
      lines += indented(
        "because: \(inner.message)" + (place.isEmpty ? "" : " (\(place))") + " [\(inner.codeText)]")
      cause = inner.cause
    }
    for finding in error.findings {
      lines += text(for: finding).split(separator: "\n").map { "  " + $0 }
    }
    return lines.joined(separator: "\n")
  }

  /// The text of one finding.
  public static func text(for finding: Finding) -> String {
    var lines = [headline(finding.location, finding.severity.rawValue, finding.code)]
    lines += indented(finding.message)
    if let fix = finding.fix { lines += indented("fix: \(fix)") }
    return lines.joined(separator: "\n")
  }

  private static func headline(_ location: Location, _ word: String, _ code: String) -> String {
    let place = location.description
    return (place.isEmpty ? "" : "\(place): ") + "\(word) [\(code)]"
  }

  private static func indented(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }
  }
}
