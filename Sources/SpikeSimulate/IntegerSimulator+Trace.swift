import SpikeCompute
public import SpikeDiagnostics

extension IntegerSimulator {
  /// One inference on raw bytes in C, H, W order, with what every neuron did in every step.
  /// - Throws: `simulate.wrong-sample`.
  public func trace(sample: [UInt8]) throws(SimulateError) -> PipelinedSimulator.Trace {
    try check(byteCount: sample.count, samples: 1)
    let state = SimulationState(network)
    state.input.assign(network.inputMap(sample[...]))
    let empty = Array(repeating: [[Int32]](), count: network.populations.count)
    var trace = PipelinedSimulator.Trace(spikes: empty, currents: empty, potentials: empty)
    state.runWindow {
      for (population, prepared) in network.populations.enumerated() {
        let layout = prepared.layout
        trace.spikes[population].append(layout.ordered(state.spikes[population].array()))
        trace.currents[population].append(layout.ordered(state.currents[population].array()))
        trace.potentials[population].append(layout.ordered(state.potentials[population].array()))
      }
    }
    return trace
  }
}
