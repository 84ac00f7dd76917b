/// Errors and findings as JSON for machines; a stable interface.
///
/// Written by hand so that the lowest module needs no library: keys come in a fixed order, strings
/// are escaped by RFC 8259.
public enum JSONRenderer {
  /// One finding as a JSON object.
  public static func json(for finding: Finding) -> String {
    object([
      ("severity", string(finding.severity.rawValue)),
      ("code", string(finding.code)),
      ("message", string(finding.message)),
      ("location", json(for: finding.location)),
      ("fix", finding.fix.map(string)),
      ("needed", finding.needed.map(string)),
      ("allowed", finding.allowed.map(string)),
    ])
  }

  /// One error as a JSON object, with its findings and causes.
  public static func json(for error: any StageError) -> String {
    object([
      ("severity", string("error")),
      ("code", string(error.codeText)),
      ("exitStatus", String(error.category.rawValue)),
      ("message", string(error.message)),
      ("location", json(for: error.location)),
      ("fix", error.fix.map(string)),
      (
        "findings",
        error.findings.isEmpty ? nil : "[" + error.findings.map(json).joined(separator: ",") + "]"
      ),
      ("cause", error.cause.map { json(for: $0) }),
    ])
  }

  /// A location as a JSON object of its known parts.
  public static func json(for location: Location) -> String {
    object([
      ("file", location.file.map(string)),
      ("byteOffset", location.byteOffset.map(String.init)),
      ("node", location.node.map(string)),
      ("operator", location.operator.map(string)),
      ("tensor", location.tensor.map(string)),
    ])
  }

  /// A JSON string literal.
  public static func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// A JSON object from keys and already rendered values; absent values are left out.
  public static func object(_ members: [(String, String?)]) -> String {
    "{"
      + members.compactMap { key, value in value.map { "\(string(key)):\($0)" } }
      .joined(separator: ",") + "}"
  }
}
