import Foundation

/// How many processes this one was started with, as the starter says in the environment.
public struct LaunchedProcesses: Hashable, Sendable {
  /// Place of this process, from 0.
  public var rank: Int
  /// Number of processes.
  public var count: Int

  /// Reads the environment.
  /// - Parameter environment: variables; those of Open MPI's `mpirun`, or of starters that speak PMI.
  public init(_ environment: [String: String]) {
    self.init(rank: 0, count: 1)
    for (rank, count) in LaunchedProcesses.names {
      guard let text = environment[count], let number = Int(text), number > 1 else { continue }
      self.init(rank: environment[rank].flatMap(Int.init) ?? 0, count: number)
      return
    }
  }

  /// How this process was started.
  public static var ofThisProcess: LaunchedProcesses {
    LaunchedProcesses(ProcessInfo.processInfo.environment)
  }

  /// Makes a place.
  public init(rank: Int, count: Int) {
    self.rank = rank
    self.count = count
  }

  private static let names = [
    ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), ("PMI_RANK", "PMI_SIZE"),
  ]
}
