import ArgumentParser
import Foundation
import SpikeDiagnostics
import SpikePipeline

/// Options that every subcommand takes.
struct CommonOptions: ParsableArguments {
  @Flag(name: .long, help: "Print the result as JSON on standard output.")
  var json = false

  @Flag(name: .shortAndLong, help: "No progress line.")
  var quiet = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Threads to use; the result does not depend on it.", valueName: "count"))
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads is \(threads); allowed: 1 to 1024")
    }
  }

  /// The surroundings of a run: progress line, Ctrl-C.
  func context() -> RunContext {
    let line = ProgressLine(isEnabled: !quiet)
    return RunContext(
      threads: threads, progress: { line.show($0) }, isCancelled: { Interruption.isRequested })
  }

  /// Prints an outcome: findings to standard error, the result to standard output. Of several
  /// processes the first one does.
  func print(_ outcome: Outcome) throws {
    guard Processes.isFirst else { return }
    Diagnostics.print(outcome.findings)
    Swift.print(json ? outcome.summary.json : outcome.text)
    if !outcome.isClean { throw ExitCode(1) }
  }
}
