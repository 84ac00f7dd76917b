public import SpikeDiagnostics

/// What can keep a program from working in several processes.
public enum ProcessesErrorCode: String, ErrorCode {
  /// Started as one of several processes, by a program that is built for one.
  case unsupported = "processes.unsupported"
  /// Started as one of several processes that do not find each other.
  case unconnected = "processes.unconnected"
  /// Started as one of several processes for work that one process does.
  case unsuitableWork = "processes.unsuitable-work"

  /// Exit status class of this code.
  public var category: ErrorCategory { .usage }
}

/// An error of working in several processes, with remedy.
public typealias ProcessesError = DiagnosedError<ProcessesErrorCode>
