import SpikeCompute
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#endif

struct ShardsTests {
  @Test(
    "every shard runs exactly once, on a thread below the limit",
    arguments: [
      (0, 1), (1, 4), (8, 1), (8, 2), (100, 3), (3, 8),
    ])
  func everyShardOnce(count: Int, threads: Int) {
    for _ in 0..<50 {
      let seen = Mutex([Int](repeating: 0, count: count))
      let worst = Mutex(0)
      Shards.run(count: count, threads: threads) { shard, thread in
        seen.withLock { $0[shard] += 1 }
        worst.withLock { $0 = max($0, thread) }
      }
      #expect(seen.withLock { $0 } == [Int](repeating: 1, count: count))
      #expect(worst.withLock { $0 } < threads)
    }
  }

  @Test("shards of one thread index never overlap, whatever the pool's size", arguments: [4, 2, 3])
  func threadsAreExclusive(threads: Int) {
    // Grows the pool beyond what the run may use.
    Shards.run(count: 6, threads: 6) { _, _ in rest() }
    let busy = Mutex([Bool](repeating: false, count: 8))
    let clashes = Mutex(0)
    let worst = Mutex(0)
    Shards.run(count: 60, threads: threads) { _, thread in
      let wasBusy = busy.withLock { flags in
        defer { flags[thread] = true }
        return flags[thread]
      }
      if wasBusy { clashes.withLock { $0 += 1 } }
      worst.withLock { $0 = max($0, thread) }
      rest()
      busy.withLock { $0[thread] = false }
    }
    #expect(clashes.withLock { $0 } == 0)
    #expect(worst.withLock { $0 } < threads)
  }

  @Test("of very many tiny shards none is lost or repeated")
  func manyShards() {
    let seen = FloatBuffer(count: 300_000)
    for _ in 0..<3 { Shards.run(count: seen.count, threads: 2) { shard, _ in seen[shard] += 1 } }
    #expect(seen.all.array().allSatisfy { $0 == 3 })
  }

  @Test("one thread runs the shards in order")
  func inOrder() {
    let order = Mutex([Int]())
    Shards.run(count: 10, threads: 1) { shard, _ in order.withLock { $0.append(shard) } }
    #expect(order.withLock { $0 } == Array(0..<10))
  }

  @Test("a run inside a run does not wait for itself")
  func nested() {
    let total = Mutex(0)
    Shards.run(count: 4, threads: 2) { _, _ in
      Shards.run(count: 5, threads: 2) { _, thread in
        total.withLock { $0 += 1 + 100 * thread }
      }
    }
    #expect(total.withLock { $0 } == 20)
  }

  @Test("tasks that all run shards at once finish")
  func concurrentCallers() async {
    let tally = Tally()
    await withTaskGroup { group in
      for _ in 0..<16 {
        group.addTask {
          for _ in 0..<20 { Shards.run(count: 8, threads: 2) { _, _ in tally.add() } }
        }
      }
    }
    #expect(tally.total == 16 * 20 * 8)
  }
}

/// Gives the processor to other threads for a moment, so that they take part even when it is busy.
private func rest() { usleep(200) }

private final class Tally: Sendable {
  private let count = Mutex(0)
  var total: Int { count.withLock { $0 } }
  func add() { count.withLock { $0 += 1 } }
}
