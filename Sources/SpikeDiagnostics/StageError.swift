/// What kind of failure an error code stands for; decides the exit status of the command line.
public enum ErrorCategory: Int32, Hashable, Sendable {
  /// Wrong command line or option value.
  case usage = 64
  /// The input was read but its content is not acceptable.
  case badData = 65
  /// An input does not exist or cannot be opened.
  case missingInput = 66
  /// A defect of sfconv itself.
  case `internal` = 70
  /// Reading or writing failed half way, for example a full disk.
  case inputOutput = 74
}

/// The codes of one station: a closed list of stable texts such as `import.unsupported-operator`.
public protocol ErrorCode: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
  /// Exit status class of this code.
  var category: ErrorCategory { get }
}

/// An error of one station of the Line: what happened, where, and how to mend it.
public protocol StageError: Error, Sendable, CustomStringConvertible {
  /// Stable text of the code.
  var codeText: String { get }
  /// Exit status class.
  var category: ErrorCategory { get }
  /// What happened, with the value found and the value allowed.
  var message: String { get }
  /// Where.
  var location: Location { get }
  /// How to mend it.
  var fix: String? { get }
  /// Further findings of the same run, for example all unsupported nodes.
  var findings: [Finding] { get }
  /// The error underneath, if any.
  var cause: (any StageError)? { get }
}

/// The one shape of all station errors; each station names its own code list, for example
/// `typealias ImportError = DiagnosedError<ImportErrorCode>`.
public struct DiagnosedError<Code: ErrorCode>: StageError {
  /// Which error this is.
  public var code: Code
  /// What happened, with the value found and the value allowed.
  public var message: String
  /// Where.
  public var location: Location
  /// How to mend it.
  public var fix: String?
  /// Further findings of the same run.
  public var findings: [Finding]
  /// The error underneath, if any.
  public var cause: (any StageError)?

  /// Makes an error.
  public init(
    _ code: Code, _ message: String, at location: Location = .unknown, fix: String? = nil,
    findings: [Finding] = [], cause: (any StageError)? = nil
  ) {
    self.code = code
    self.message = message
    self.location = location
    self.fix = fix
    self.findings = findings
    self.cause = cause
  }

  /// Stable text of the code.
  public var codeText: String { code.rawValue }
  /// Exit status class.
  public var category: ErrorCategory { code.category }
  /// The rendered text of the error, as ``TextRenderer`` prints it.
  public var description: String { TextRenderer.text(for: self) }

  /// The same error, with gaps in its location filled from `outer`.
  public func located(in outer: Location) -> DiagnosedError {
    var copy = self
    copy.location = location.filled(from: outer)
    return copy
  }
}
