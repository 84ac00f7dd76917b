/// The façade: requests in, outcomes out. Every call is one station of the Line, or several.
///
/// Errors are the stations' own (`any StageError`): code, place, fix. Files are written whole or
/// not at all.
public struct Pipeline: Sendable {
  let context: RunContext

  /// Makes a façade for one run.
  public init(_ context: RunContext) { self.context = context }
}
