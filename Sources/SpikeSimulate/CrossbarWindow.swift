import SpikeBundle
import SpikeCompute
import SpikeDiagnostics

/// A bundle on a chip that works on one spike after the other (``Arithmetic/tinyOdin``,
/// ``Arithmetic/odin``).
///
/// A step sends the spikes of the input in the order of ``EventCrossbar/inputs``, waits after each
/// until the chip's queue is empty, and ends with a leak event where neurons leak
/// (docs/formats/odin.md, "Time").
struct PreparedCrossbar: Sendable {
  let layout: EventCrossbar
  let kernel: CrossbarKernel

  /// - Throws: `simulate.exceeds-chip`. The projections of the bundle must be whole.
  init?(_ bundle: Bundle) throws(SimulateError) {
    guard let chip = CrossbarChip(bundle.arithmetic) else { return nil }
    do throws(CrossbarProblem) {
      layout = try EventCrossbar(bundle, on: chip)
    } catch {
      throw SimulateError(
        .exceedsChip, error.message, at: Location(node: error.node), fix: error.fix)
    }
    kernel = CrossbarKernel(
      rows: layout.rows, thresholds: layout.neurons.map(\.threshold),
      leaks: layout.neurons.map(\.leak), isSilent: layout.neurons.map { !$0.spikes },
      potentials: Int32(chip.potentials.lowerBound)...Int32(chip.potentials.upperBound),
      capacity: chip.queue)
  }
}

/// Working memory of a ``PreparedCrossbar``; one per thread.
final class CrossbarWindow {
  private let crossbar: PreparedCrossbar
  private let state: CrossbarKernel.State
  private var counts = CrossbarCounts()

  init(_ crossbar: PreparedCrossbar) {
    self.crossbar = crossbar
    state = CrossbarKernel.State(crossbar.kernel)
  }

  /// Puts every potential where it is before the first step.
  func reset() {
    counts = CrossbarCounts()
    state.potentials.assign(crossbar.layout.neurons.map(\.initial))
  }

  /// One step on the lines of the input that are not 0, in C, H, W order.
  func step(_ isActive: [Bool]) {
    state.spikes.fill(0)
    for input in crossbar.layout.inputs where isActive[input.line] {
      crossbar.kernel.spike(at: input.address, state, counts: &counts)
    }
    if crossbar.layout.leaks { crossbar.kernel.leak(state, counts: &counts) }
  }

  /// Spikes and potentials of the last step by population, in C, H, W order.
  func values(populations: [MapLayout]) -> (spikes: [[Int32]], potentials: [[Int32]]) {
    var spikes = populations.map { [Int32](repeating: 0, count: $0.count) }
    var potentials = spikes
    for (address, neuron) in crossbar.layout.neurons.enumerated() where !neuron.isTwin {
      spikes[neuron.population][neuron.index] = state.spikes[address]
      potentials[neuron.population][neuron.index] = state.potentials[address]
    }
    return (spikes, potentials)
  }

  /// What was counted since the reset, as operations of the simulator.
  func add(to total: inout OperationCounts) {
    total.accumulates += counts.operations
    total.membraneUpdates += counts.updates
    total.clips += counts.clips
    total.queueDrops += counts.drops
    total.longestQueue = max(total.longestQueue, counts.longestQueue)
  }
}
