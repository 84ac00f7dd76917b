public import SpikeDiagnostics
public import SpikeEngine

/// The processes of one run of the program, from joining to leaving.
public struct RunProcesses: Sendable {
  /// The processes as the engine and the fitter see them.
  public let ring: any ProcessRing
  #if MPI
    private let mpi: MPIRing?
  #endif

  /// One process.
  public init() {
    ring = OneProcess()
    #if MPI
      mpi = nil
    #endif
  }

  /// Joins the processes that were started together; a process that was started alone is alone.
  ///
  /// - Throws: `processes.unsupported` where several were started and the package was built without
  ///   its trait MPI, so that each would write the same files; `processes.unconnected` where MPI
  ///   finds fewer than were started.
  public static func join(
    _ launched: LaunchedProcesses
  ) throws(ProcessesError) -> RunProcesses {
    guard launched.count > 1 else { return RunProcesses() }
    #if MPI
      guard let mpi = MPIRing(), mpi.count == launched.count else {
        throw ProcessesError(
          .unconnected,
          "\(launched.count) processes were started, but they do not find each other over Open MPI.",
          fix: "start them with Open MPI's own mpirun")
      }
      return RunProcesses(mpi)
    #else
      throw ProcessesError(
        .unsupported,
        "\(launched.count) processes were started, but this program was built for one.",
        fix: "build with 'swift build -c release --traits MPI', or start one process without mpirun"
      )
    #endif
  }

  #if MPI
    private init(_ mpi: MPIRing) {
      ring = mpi
      self.mpi = mpi
    }
  #endif

  /// Ends the run together: waits for the other processes, lets one of them tell its error, and
  /// leaves. The last call of a process.
  ///
  /// - Parameters:
  ///   - status: exit status of this process.
  ///   - isOwn: whether it has an error to tell, and did not just lose another process.
  ///   - tell: called in the first process that has something to tell.
  /// - Returns: the exit status for this process: that of the first process with an error.
  public func end(status: Int32, isOwn: Bool, tell: () -> Void) -> Int32 {
    #if MPI
      if let mpi {
        let ends = mpi.end(status: status, isOwn: isOwn)
        let teller = ends.firstIndex { $0.isOwn }
        if teller == mpi.rank { tell() }
        let agreed = (teller.map { ends[$0].status } ?? ends.first { $0.status != 0 }?.status) ?? 0
        mpi.leave(status: agreed)
        return agreed
      }
    #endif
    if isOwn { tell() }
    return status
  }
}
