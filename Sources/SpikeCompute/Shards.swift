import CSpikeKernels

/// Work cut into a fixed number of shards, run by any number of threads.
///
/// Results are the same bits on any number of threads as long as a shard writes only what belongs
/// to it and the caller combines shards in order (``Kernels/sumShards(_:shards:into:factor:)``).
public enum Shards {
  /// Calls `body` once for every shard in 0..<count and returns when all are done.
  ///
  /// Shards are claimed in order by up to `threads` threads; the caller is thread 0, the others
  /// come from a pool that lives as long as the process. `thread` < `threads` tells which scratch
  /// memory a body may use. With one thread, inside another `run`, and while another caller has
  /// the pool, all shards run on the caller as thread 0, so a call never waits for another one;
  /// scratch memory must therefore belong to the call of `run`, not to the process.
  ///
  /// - Complexity: well under 1 µs of overhead while the pool is awake, some µs when a thread
  ///   must be woken; a thread that wakes late is not waited for, so a run is never slower than
  ///   one thread by more than that.
  public static func run(
    count: Int, threads: Int, _ body: @Sendable (_ shard: Int, _ thread: Int) -> Void
  ) {
    precondition(count >= 0 && threads >= 1, "\(count) shards on \(threads) threads")
    if threads == 1 || count == 1 {
      for shard in 0..<count { body(shard, 0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      var work = Work(body: body)
      unsafe withUnsafeMutablePointer(to: &work) { work in
        unsafe spk_run(
          Int64(count), Int64(threads),
          { context, shard, thread in
            guard let context = unsafe context else { return }
            unsafe context.assumingMemoryBound(to: Work.self).pointee.body(
              Int(shard), Int(thread))
          }, work)
      }
    }
  }

  /// As ``run(count:threads:_:)``, without allocating: a closure that is handed to other threads
  /// needs memory of its own for every run, an object that is kept does not.
  package static func run(count: Int, threads: Int, _ work: any ShardWork) {
    precondition(count >= 0 && threads >= 1, "\(count) shards on \(threads) threads")
    if threads == 1 || count == 1 {
      for shard in 0..<count { work.run(shard: shard, thread: 0) }
      return
    }
    var work = work
    unsafe withUnsafeMutablePointer(to: &work) { work in
      unsafe spk_run(
        Int64(count), Int64(threads),
        { context, shard, thread in
          guard let context = unsafe context else { return }
          unsafe context.assumingMemoryBound(to: (any ShardWork).self).pointee.run(
            shard: Int(shard), thread: Int(thread))
        }, work)
    }
  }

  private struct Work {
    let body: @Sendable (Int, Int) -> Void
  }
}

/// What is done for each shard, as an object that is kept from run to run.
package protocol ShardWork: AnyObject, Sendable {
  /// Does the work of one shard, with the scratch memory of one thread.
  func run(shard: Int, thread: Int)
}
