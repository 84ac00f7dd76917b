import SpikeDiagnostics
import SpikeEngine
import SpikeProcesses
import Testing

@Suite("Starting in several processes")
struct LaunchTests {
  @Test(
    "how many processes were started is read from the environment",
    arguments: [
      ([:], 0, 1), (["OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0"], 0, 1),
      (["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "3"], 3, 4),
      (["PMI_SIZE": "2", "PMI_RANK": "1"], 1, 2), (["OMPI_COMM_WORLD_SIZE": "many"], 0, 1),
      (["OMPI_COMM_WORLD_SIZE": "-3", "PMI_SIZE": "0"], 0, 1),
    ] as [([String: String], Int, Int)])
  func launched(environment: [String: String], rank: Int, count: Int) {
    let found = LaunchedProcesses(environment)
    #expect(found == LaunchedProcesses(rank: rank, count: count))
  }

  @Test("a process that was started alone is alone")
  func alone() throws {
    let run = try RunProcesses.join(LaunchedProcesses(rank: 0, count: 1))
    #expect(run.ring.count == 1)
    var told = 0
    #expect(run.end(status: 65, isOwn: true) { told += 1 } == 65)
    #expect(run.end(status: 0, isOwn: false) { told += 1 } == 0)
    #expect(told == 1)
  }

  #if !MPI
    @Test("without the trait MPI one of several processes is refused")
    func refused() {
      #expect {
        try RunProcesses.join(LaunchedProcesses(rank: 1, count: 2))
      } throws: { error in
        (error as? ProcessesError)?.code == .unsupported
          && (error as? ProcessesError)?.fix?.contains("--traits MPI") == true
      }
    }
  #endif
}
