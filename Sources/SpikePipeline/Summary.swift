public import SpikeDiagnostics

/// A result for machines: what `--json` prints. Keys keep their order.
public indirect enum Summary: Hashable, Sendable {
  case text(String)
  case integer(Int)
  case number(Double)
  case flag(Bool)
  case list([Summary])
  case object([Member])

  /// One key with its value.
  public struct Member: Hashable, Sendable {
    /// Key, in camelCase.
    public var key: String
    /// Value.
    public var value: Summary
  }

  /// An object from keys and values; absent values are left out.
  public static func members(_ pairs: KeyValuePairs<String, Summary?>) -> Summary {
    .object(pairs.compactMap { key, value in value.map { Member(key: key, value: $0) } })
  }

  /// JSON text (RFC 8259); numbers that JSON cannot hold become null.
  public var json: String {
    switch self {
    case .text(let text): JSONRenderer.string(text)
    case .integer(let value): String(value)
    case .number(let value): value.isFinite ? String(value) : "null"
    case .flag(let value): value ? "true" : "false"
    case .list(let items): "[" + items.map(\.json).joined(separator: ",") + "]"
    case .object(let members): JSONRenderer.object(members.map { ($0.key, $0.value.json) })
    }
  }

  /// A finding, as validation and other reports list it.
  static func finding(_ finding: Finding) -> Summary {
    .members([
      "severity": .text(finding.severity.rawValue), "code": .text(finding.code),
      "message": .text(finding.message),
      "location": finding.location == .unknown ? nil : .text(finding.location.description),
      "needed": finding.needed.map { .text($0) }, "allowed": finding.allowed.map { .text($0) },
      "fix": finding.fix.map { .text($0) },
    ])
  }
}

/// What a call of the façade gives: one value for machines, one text for people, and findings that
/// go to the diagnostics stream.
public struct Outcome: Sendable {
  /// For `--json`.
  public var summary: Summary
  /// For people.
  public var text: String
  /// Warnings and notes of the run.
  public var findings: [Finding]
  /// False if the check that was asked for found errors, or if a fit was interrupted (exit status 1).
  public var isClean: Bool

  init(summary: Summary, text: String, findings: [Finding] = [], isClean: Bool = true) {
    self.summary = summary
    self.text = text
    self.findings = findings
    self.isClean = isClean
  }
}
