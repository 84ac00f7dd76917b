import CSpikeKernels

/// A crossbar core that works on one spike after the other: constants of its neurons and rows.
public struct CrossbarKernel: Sendable {
  /// Neurons and addresses (neurons first, then inputs).
  public let neuronCount: Int, addressCount: Int
  private let rows: IntegerBuffer
  private let fanOut: IntegerBuffer
  private let thresholds: IntegerBuffer
  private let leaks: IntegerBuffer
  private let silent: IntegerBuffer
  private let stride: Int
  private let potentials: ClosedRange<Int32>
  private let capacity: Int

  /// Lays the constants out.
  /// - Parameters:
  ///   - rows: weights into all neurons, by address.
  ///   - thresholds: by neuron; at or above spikes.
  ///   - leaks: what a leak event takes off, by neuron.
  ///   - isSilent: by neuron, whether its spikes go nowhere.
  ///   - potentials: where potentials saturate.
  ///   - capacity: of the queue, the spike in work included; at least 1.
  public init(
    rows: [[Int32]], thresholds: [Int32], leaks: [Int32], isSilent: [Bool],
    potentials: ClosedRange<Int32>, capacity: Int
  ) {
    let count = thresholds.count
    precondition(leaks.count == count && isSilent.count == count, "one per neuron")
    precondition(rows.allSatisfy { $0.count == count }, "a row for all neurons")
    precondition(rows.count >= count && capacity >= 1, "an address for each neuron")
    neuronCount = count
    addressCount = rows.count
    stride = SimulateKernels.rowStride(count)
    let padding = [Int32](repeating: 0, count: stride - count)
    self.rows = IntegerBuffer(rows.flatMap { $0 + padding })
    fanOut = IntegerBuffer(rows.map { row in Int32(row.count { $0 != 0 }) })
    self.thresholds = IntegerBuffer(thresholds)
    self.leaks = IntegerBuffer(leaks)
    silent = IntegerBuffer(isSilent.map { $0 ? 1 : 0 })
    self.potentials = potentials
    self.capacity = capacity
  }

  /// Working memory of one core; one per thread.
  public final class State {
    /// Potentials by neuron.
    public let potentials: IntegerBuffer
    /// How often each neuron reached its threshold; set to 0 by the caller.
    public let spikes: IntegerBuffer
    fileprivate let queue: IntegerBuffer
    fileprivate let fired: IntegerBuffer

    /// Room for the core's neurons, all zero.
    public init(_ kernel: CrossbarKernel) {
      potentials = IntegerBuffer(count: kernel.neuronCount)
      spikes = IntegerBuffer(count: kernel.neuronCount)
      queue = IntegerBuffer(count: kernel.capacity)
      fired = IntegerBuffer(count: kernel.neuronCount)
    }
  }

  /// A spike from outside and everything that follows until the queue is empty.
  /// - Complexity: O(spikes · neurons).
  public func spike(at address: Int, _ state: State, counts: inout CrossbarCounts) {
    precondition(address >= 0 && address < addressCount, "no such address")
    event(Int32(address), state, &counts)
  }

  /// A leak event for all neurons and everything that follows.
  public func leak(_ state: State, counts: inout CrossbarCounts) { event(-1, state, &counts) }

  private func event(_ address: Int32, _ state: State, _ counts: inout CrossbarCounts) {
    precondition(
      state.potentials.count == neuronCount && state.queue.count == capacity, "another core's state"
    )
    var c = unsafe spike_sim_crossbar(
      neurons: Int32(neuronCount), stride: Int32(stride), lowest: potentials.lowerBound,
      highest: potentials.upperBound, capacity: Int32(capacity), rows: rows.start,
      fan_out: fanOut.start, thresholds: thresholds.start, leaks: leaks.start,
      silent: silent.start)
    var result = spike_sim_crossbar_counts(
      operations: 0, updates: 0, clips: 0, drops: 0, longest: counts.longestQueue)
    unsafe spike_sim_crossbar_event(
      &c, address, state.potentials.start, state.spikes.start, state.queue.start,
      state.fired.start, &result)
    counts.operations += result.operations
    counts.updates += result.updates
    counts.clips += result.clips
    counts.drops += result.drops
    counts.longestQueue = result.longest
  }
}

/// What happened on a crossbar core.
public struct CrossbarCounts: Hashable, Sendable {
  /// Synapses that spikes passed.
  public var operations: Int64 = 0
  /// Potentials that an event changed before the reset.
  public var updates: Int64 = 0
  /// Potentials that saturated.
  public var clips: Int64 = 0
  /// Spikes that found the queue full.
  public var drops: Int64 = 0
  /// Longest queue, the spike in work included.
  public var longestQueue: Int64 = 0

  /// All zero.
  public init() {}
}
