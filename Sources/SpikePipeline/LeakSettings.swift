import SpikeDiagnostics
import SpikeFit

/// What a fit does with the leak of potentials; what is nil keeps the default.
public struct LeakSettings: Hashable, Codable, Sendable {
  /// `keep`, `learn` or `none`.
  public var mode = "keep"
  /// Share of a potential that is lost in each step at the start; nil for that of the model.
  public var initial: Double?
  /// Rate of learned leaks as a share of that of the weights; nil for the default.
  public var rate: Double?

  /// Makes settings with defaults.
  public init() {}

  /// The options of a fit.
  /// - Throws: `pipeline.invalid-option`.
  func options() throws(PipelineError) -> FitOptions.Leak {
    let names = FitOptions.Leak.Mode.allCases.map(\.rawValue)
    guard let mode = FitOptions.Leak.Mode(rawValue: mode) else {
      throw PipelineError(
        .invalidOption, "--leak is '\(mode)'; allowed: \(names.joined(separator: ", ")).",
        fix: Suggestion.nearest(to: mode, among: names).map { "did you mean '\($0)'?" }
          ?? "choose one, for example learn")
    }
    var leak = FitOptions.Leak(mode: mode, initial: initial.map { Float($0) })
    if let rate { leak.rateShare = Float(rate) }
    return leak
  }
}
