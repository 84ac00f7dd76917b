import SpikeBytes
public import SpikeDiagnostics
import SpikeEngine
import SpikeFit
public import SpikeProcesses
import Synchronization

/// The processes of a run, joined once and left once, for the command line.
public enum Processes {
  /// How many were started, and which of them this is.
  public static let launched = LaunchedProcesses.ofThisProcess
  private static let joined = Mutex<RunProcesses?>(nil)

  /// Whether this process talks to the user.
  public static var isFirst: Bool { launched.rank == 0 }

  /// Refuses work that several processes would do several times, to the same files.
  /// - Throws: `processes.unsuitable-work`.
  public static func checkAlone(_ work: String) throws(ProcessesError) {
    guard launched.count > 1 else { return }
    throw ProcessesError(
      .unsuitableWork,
      "\(launched.count) processes were started; '\(work)' is work for one, only 'fit' is for several.",
      fix: "start it without mpirun")
  }

  /// The surroundings of a run together with the other processes that were started.
  /// - Throws: `processes.unsupported`, `processes.unconnected`.
  public static func join(_ context: RunContext) throws(ProcessesError) -> RunContext {
    let run = try RunProcesses.join(launched)
    joined.withLock { $0 = run }
    var context = context
    context.processes = run.ring
    return context
  }

  /// Ends the run together with the other processes.
  ///
  /// - Parameters:
  ///   - status: exit status of this process.
  ///   - error: its error, if it has one.
  ///   - tell: called with the error in one process.
  /// - Returns: the exit status for this process.
  public static func end(status: Int32, error: (any StageError)?, tell: (any StageError) -> Void)
    -> Int32
  {
    let isOwn = error.map { ($0 as? FitError)?.code != .lostProcess } ?? false
    guard let run = joined.withLock({ $0 }) else {
      // All have the same error.
      if let error, isFirst { tell(error) }
      return status
    }
    return run.end(status: status, isOwn: isOwn) { if let error { tell(error) } }
  }

  /// Refuses processes that would do different work.
  /// - Throws: `fit.unsuitable-processes` in all of them, `fit.lost-process`.
  static func check(_ request: FitRequest, _ processes: any ProcessRing) throws {
    guard processes.count > 1 else { return }
    var facts = [
      "the version": SfconvVersion.number,
      "the fit without labels": "\(request.isDataFree) \(request.unlabelledSamples ?? 0)",
      "the use of data": "\(!request.data.source.isEmpty)",
      "--resume": "\(request.files.resumes)",
      "--checkpoint-every 'never'": "\(request.files.checkpointEvery == "never")",
    ]
    // Versions have many builds.
    if let program = try? MappedFile(path: "/proc/self/exe") {
      facts["the program"] = SHA256.hex(of: program)
    }
    let difference = processes.disagreement(facts)
    guard !processes.isBroken else {
      throw FitError(.lostProcess, "Another process has left.", fix: "see what it says")
    }
    guard let difference else { return }
    throw FitError(
      .unsuitableProcesses,
      "The processes would not do the same work: \(difference).",
      fix: "start the same program with the same options everywhere")
  }
}
