import SpikeDiagnostics
import SpikeFit

/// Files that a long fit keeps beside its output.
public struct RunFiles: Hashable, Sendable {
  /// Path of the checkpoint; nil for the output with `.checkpoint`.
  public var checkpoint: String?
  /// How often: `60s`, a number of steps, or `never`; nil for every 60 seconds.
  public var checkpointEvery: String?
  /// Whether a checkpoint that is there is gone on from.
  public var resumes = false
  /// Path of a log with one JSON object for each report; nil for none.
  public var log: String?

  /// Makes a choice of defaults.
  public init() {}

  /// The checkpoint of a fit; nil for `never`.
  /// - Throws: `pipeline.invalid-option`.
  func checkpoint(output: String) throws -> FitCheckpoint? {
    var result = FitCheckpoint(path: checkpoint ?? "\(output).checkpoint", resumes: resumes)
    guard let every = checkpointEvery else { return result }
    if every == "never" {
      guard !resumes, checkpoint == nil else {
        throw PipelineError(
          .invalidOption, "--checkpoint-every is 'never', but a checkpoint is asked for.",
          fix: "leave --resume and --checkpoint out, or give a number of steps")
      }
      return nil
    }
    let isTime = every.hasSuffix("s")
    if isTime, let seconds = Double(every.dropLast()), seconds >= 0, seconds < 1e7 {
      result.everySeconds = seconds
    } else if !isTime, let steps = Int(every), steps > 0 {
      result.everySteps = steps
    } else {
      throw PipelineError(
        .invalidOption,
        "--checkpoint-every is '\(every)'; allowed: seconds as 60s, a number of steps, never.",
        fix: "for example 60s or 200")
    }
    return result
  }
}
