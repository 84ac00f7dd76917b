import SpikeBundle
import SpikeCompute
import SpikeDiagnostics

/// A bundle on a Xylo core (``Arithmetic/xylo``).
///
/// Spikes of the input arrive in their step, spikes of hidden neurons in the next one
/// (docs/formats/xylo.md, "Arithmetic").
struct PreparedXylo: Sendable {
  let core: XyloCore
  let kernel: XyloKernel

  /// nil for other arithmetics. The projections of the bundle must be whole.
  /// - Throws: `simulate.invalid-bundle`.
  init?(_ bundle: Bundle) throws(SimulateError) {
    guard bundle.arithmetic == .xylo else { return nil }
    do throws(XyloProblem) {
      core = try XyloCore(bundle)
    } catch {
      throw SimulateError(
        .invalidBundle, error.message, at: Location(node: error.node), fix: error.fix)
    }
    kernel = XyloKernel(
      inputRows: core.input, hiddenRows: core.hidden, outputRows: core.output,
      thresholds: core.neurons.map(\.threshold), biases: core.neurons.map(\.bias),
      currentDashes: core.neurons.map(\.currentDash),
      membraneDashes: core.neurons.map(\.membraneDash))
  }
}

/// Working memory of a ``PreparedXylo``; one per thread.
final class XyloWindow {
  private let xylo: PreparedXylo
  private let state: XyloKernel.State
  private let input: IntegerBuffer
  private(set) var counts = XyloCounts()

  init(_ xylo: PreparedXylo) {
    self.xylo = xylo
    state = XyloKernel.State(xylo.kernel)
    input = IntegerBuffer(count: xylo.kernel.inputCount)
  }

  /// Clears the core.
  func reset() {
    counts = XyloCounts()
    state.reset()
  }

  /// One step on the spikes of the input lines, in C, H, W order.
  func step(_ spikes: [Int32]) {
    input.assign(spikes)
    xylo.kernel.step(input, state, counts: &counts)
  }

  /// Spikes, currents and potentials of the last step by population, in C, H, W order.
  func values(
    _ populations: [MapLayout]
  ) -> (spikes: [[Int32]], currents: [[Int32]], potentials: [[Int32]]) {
    let zeros = populations.map { [Int32](repeating: 0, count: $0.count) }
    var result = (spikes: zeros, currents: zeros, potentials: zeros)
    for (place, neuron) in xylo.core.neurons.enumerated() {
      result.spikes[neuron.population][neuron.index] = state.spikes[place]
      result.currents[neuron.population][neuron.index] = state.currents[place]
      result.potentials[neuron.population][neuron.index] = state.potentials[place]
    }
    return result
  }
}

extension SimulationState {
  /// The window on a Xylo core; a hidden neuron may spike more than once in a step.
  func runWindow(on xylo: XyloWindow, afterEachStep body: () -> Void) {
    let layouts = network.populations.map(\.layout)
    let sent = columns.map(network.inputLayout.ordered)
    xylo.reset()
    for step in 0..<network.timeSteps {
      xylo.step(sent[sent.count == 1 ? 0 : step])
      let values = xylo.values(layouts)
      for (population, prepared) in network.populations.enumerated() {
        let spiked = values.spikes[population]
        spikes[population].assign(prepared.layout.map(spiked))
        currents[population].assign(prepared.layout.map(values.currents[population]))
        potentials[population].assign(prepared.layout.map(values.potentials[population]))
        let sum = spiked.reduce(0) { $0 + Int64($1) }
        if prepared.spikes {
          populationSpikes[population] += sum
        } else {
          counts.readoutOverflows += sum
        }
        for projection in network.projections[population] {
          counts.dense += projection.denseSynapses
        }
      }
      body()
    }
    counts.accumulates += xylo.counts.operations
    counts.membraneUpdates += xylo.counts.updates
    counts.clips += xylo.counts.clips
    counts.spikes = populationSpikes.reduce(0, +)
  }
}
