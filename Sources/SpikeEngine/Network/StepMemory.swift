import SpikeCompute
import Synchronization

/// What training steps work with, kept from one to the next: a step allocates nothing.
final class StepMemory: Sendable {
  /// What the running step is about; all its shards read it.
  struct Task: Sendable {
    var inputs: [Float] = []
    var targets: LossTargets
    var loss = LossOptions()
    /// Samples of the batch and of a whole shard.
    var count = 0, share = 1
    /// Shards of this process.
    var own = 0..<0
    /// What one spike of each population adds to the loss.
    var costs: [Float]
  }

  /// What the last step found.
  struct Summary: Sendable {
    var total: ShardResult
    var rates: [PopulationRate]
  }

  let task: Mutex<Task>
  let summary: Mutex<Summary>
  /// Results of the shards of this process.
  let tallies: [ShardTally]
  /// Synapses that a spike of each population crosses; counted when they are first asked for.
  private let fanOuts = Mutex<[Double]>([])

  init(_ plan: Plan, shards: Int) {
    let names = plan.populations.map { plan.operations[$0].name }
    task = Mutex(
      Task(
        targets: LossTargets(classes: plan.values[plan.logits].elements),
        costs: names.map { _ in 0 }))
    summary = Mutex(
      Summary(
        total: ShardResult(populations: names.count),
        rates: names.map { PopulationRate(node: $0, rate: 0) }))
    tallies = (0..<shards).map { _ in ShardTally(populations: names.count) }
  }

  /// The mean number of synapses behind a spike of each population.
  func fanOuts(of plan: Plan) -> [Double] {
    fanOuts.withLock { known in
      if known.isEmpty { known = plan.fanOuts() }
      return known
    }
  }
}

/// Where a shard puts its result.
final class ShardTally: Sendable {
  private let result: Mutex<ShardResult>

  init(populations: Int) { result = Mutex(ShardResult(populations: populations)) }

  /// Takes the memory of the result out, for the thread that works on the shard, with nothing found.
  func open() -> ShardResult {
    result.withLock { kept in
      var taken = kept
      // Otherwise the memory has two owners, and the next write copies it.
      kept.spikes = []
      taken.clear()
      return taken
    }
  }

  /// Puts the result back.
  func close(_ found: ShardResult) { result.withLock { $0 = found } }

  /// The result of the last step.
  var found: ShardResult { result.withLock { $0 } }
}

/// Adds up the gradients of shards, a chunk of parameters at a time.
final class ShardSum: ShardWork {
  private struct Extent {
    var range = 0..<0
    var shards = 1
  }

  private static let chunk = 16_384
  private let total: FloatBuffer
  private let shardGradients: FloatBuffer
  private let extent = Mutex(Extent())

  init(of shardGradients: FloatBuffer, into total: FloatBuffer) {
    self.total = total
    self.shardGradients = shardGradients
  }

  /// Sums a range of the parameters over the first shards, in their order.
  func sum(_ range: Range<Int>, shards: Int, threads: Int) {
    extent.withLock { $0 = Extent(range: range, shards: shards) }
    Shards.run(
      count: (range.count + ShardSum.chunk - 1) / ShardSum.chunk, threads: threads, self)
  }

  func run(shard index: Int, thread: Int) {
    let extent = extent.withLock { $0 }
    let first = extent.range.lowerBound + index * ShardSum.chunk
    let part = first..<min(first + ShardSum.chunk, extent.range.upperBound)
    let end = (extent.shards - 1) * total.count + part.upperBound
    Kernels.sumShards(
      shardGradients.view(part.lowerBound..<end), shards: extent.shards, stride: total.count,
      into: total.view(part))
  }
}
