import SpikeBundle
import SpikeCompute

/// Working memory of one projection: the map that its synapses read, and its events.
final class ProjectionState {
  private let projection: PreparedProjection
  private let merged: IntegerBuffer?
  private let pooled: IntegerBuffer?
  private let events: EventList
  /// Events in front of the pool, where those behind it do not say how many there were.
  private let sourceEvents: EventList?
  /// Maps of the last `delay` steps, oldest overwritten first.
  private var delayed: [IntegerBuffer]
  private var oldest = 0
  /// The map that arrives, where elements differ in their delays.
  private let arriving: IntegerBuffer?

  init(_ projection: PreparedProjection) {
    self.projection = projection
    let size = projection.sourceLayout.count
    merged = projection.sources.count > 1 ? IntegerBuffer(count: size) : nil
    pooled = projection.window == nil ? nil : IntegerBuffer(count: projection.layout.count)
    events = EventList(
      positions: projection.layout.positions, channels: projection.layout.channels)
    let source = projection.sourceLayout
    sourceEvents =
      projection.sourceFanOut == nil
      ? nil : EventList(positions: source.positions, channels: source.channels)
    delayed = (0..<projection.delay).map { _ in IntegerBuffer(count: size) }
    arriving = projection.sourceDelays.isEmpty ? nil : IntegerBuffer(count: size)
  }

  /// Forgets what is under way.
  func reset() {
    for map in delayed { map.fill(0) }
    oldest = 0
  }

  /// Adds what this step's sources bring to `sums` and counts the operations.
  func deliver(
    from map: (Source) -> IntegerBuffer, into sums: IntegerBuffer, counts: inout OperationCounts
  ) {
    var current = map(projection.sources[0])
    if let merged {
      merged.assign(current)
      for source in projection.sources.dropFirst() {
        SimulateKernels.add(map(source), into: merged)
      }
      current = merged
    }
    if let arriving {
      arriving.assign(mixed(current))
      delayed[oldest].assign(current)
      oldest = (oldest + 1) % delayed.count
      current = arriving
    } else if !delayed.isEmpty {
      let slot = delayed[oldest]
      let leaving = IntegerBuffer(slot.array())
      slot.assign(current)
      oldest = (oldest + 1) % delayed.count
      current = leaving
    }
    let unpooled = current
    if let pooled, let window = projection.window {
      let layout = projection.sourceLayout
      SimulateKernels.sumPool(
        current, size: [layout.height, layout.width], channels: layout.channels, window: window,
        into: pooled)
      current = pooled
    }
    events.collect(from: current)
    switch projection.kind {
    case .dense(let outputs):
      SimulateKernels.dense(events, weights: projection.weights, outputs: outputs, into: sums)
    case .convolution(let geometry):
      SimulateKernels.convolution(events, geometry, weights: projection.weights, into: sums)
    }
    if let sourceEvents, let fanOut = projection.sourceFanOut {
      sourceEvents.collect(from: unpooled)
      counts.multiplyAccumulates += sourceEvents.operations(fanOut: fanOut).events
    } else if projection.isGraded {
      counts.multiplyAccumulates += events.operations(fanOut: projection.fanOut).events
    } else {
      counts.accumulates += events.operations(fanOut: projection.fanOut).weighted
    }
  }

  /// Each element as it was as many steps ago as its delay says; `current` is this step's map.
  private func mixed(_ current: IntegerBuffer) -> [Int32] {
    var result = current.array()
    // The map of `delay` steps ago is the oldest, that of one step ago the newest.
    for age in 1...delayed.count {
      let map = delayed[(oldest + delayed.count - age) % delayed.count].array()
      for (index, delay) in projection.sourceDelays.enumerated() where delay == age {
        result[index] = map[index]
      }
    }
    return result
  }
}
