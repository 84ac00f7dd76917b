/// What an inference costs, counted while it runs, with NeuroBench's definitions (v1,
/// "Synaptic operations" and "Membrane updates").
public struct OperationCounts: Hashable, Sendable {
  /// Effective accumulates: for every spike, its non-zero synapses. A spike in front of a sum pool
  /// counts the synapses behind the pool, since a chip delivers it to each of them.
  public var accumulates: Int64 = 0
  /// Effective multiply-accumulates: for every non-zero graded input value and every step, its
  /// non-zero synapses.
  public var multiplyAccumulates: Int64 = 0
  /// Operations if every input were 1 and every weight non-zero.
  public var dense: Int64 = 0
  /// Potentials that changed, over all neurons and steps.
  public var membraneUpdates: Int64 = 0
  /// Spikes of all populations.
  public var spikes: Int64 = 0
  /// Currents that wrapped and potentials that were clipped.
  /// Anything but 0 means that results differ from real arithmetic.
  public var wraps: Int64 = 0, clips: Int64 = 0
  /// Spikes that found the chip's queue full and were lost, and the longest queue
  /// (``Arithmetic/tinyOdin``, ``Arithmetic/odin``).
  public var queueDrops: Int64 = 0, longestQueue: Int64 = 0
  /// Read-out neurons that passed their chip's highest threshold and were reset.
  public var readoutOverflows: Int64 = 0

  /// All zero.
  public init() {}

  /// Synaptic operations of both kinds.
  public var synapticOperations: Int64 { accumulates + multiplyAccumulates }

  /// Adds the counts of another run.
  public static func += (total: inout OperationCounts, other: OperationCounts) {
    total.accumulates += other.accumulates
    total.multiplyAccumulates += other.multiplyAccumulates
    total.dense += other.dense
    total.membraneUpdates += other.membraneUpdates
    total.spikes += other.spikes
    total.wraps += other.wraps
    total.clips += other.clips
    total.queueDrops += other.queueDrops
    total.longestQueue = max(total.longestQueue, other.longestQueue)
    total.readoutOverflows += other.readoutOverflows
  }
}
