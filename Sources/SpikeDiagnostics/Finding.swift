/// One observation about a file, a model or a bundle, with its remedy.
///
/// Findings are collected, never thrown: a report holds all of them at once.
public struct Finding: Hashable, Sendable {
  /// How much a finding weighs.
  public enum Severity: String, Hashable, Sendable, CaseIterable {
    /// The thing does not fit or would be wrong.
    case error
    /// It works, but the user should know.
    case warning
    /// A fact that was asked for.
    case note
    /// A limit that nobody has published: the check did not run. Never counts as passed.
    case notChecked = "not-checked"
  }

  /// Weight of the finding.
  public var severity: Severity
  /// Stable code, for example `validate.fan-in`.
  public var code: String
  /// What was found, one sentence with the values found and allowed.
  public var message: String
  /// Where.
  public var location: Location
  /// What the user can do about it.
  public var fix: String?
  /// The value that was found, for machines.
  public var needed: String?
  /// The value that is allowed, for machines.
  public var allowed: String?

  /// Makes a finding.
  public init(
    _ severity: Severity, code: String, message: String, location: Location = .unknown,
    fix: String? = nil, needed: String? = nil, allowed: String? = nil
  ) {
    self.severity = severity
    self.code = code
    self.message = message
    self.location = location
    self.fix = fix
    self.needed = needed
    self.allowed = allowed
  }
}
