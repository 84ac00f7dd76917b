import SpikeCompute
public import SpikeDiagnostics

extension IntegerSimulator {
  /// One inference on raw bytes in C, H, W order, with what every neuron did in every step.
  /// - Parameters: those of ``run(sample:inputPerStep:)``.
  /// - Throws: `simulate.wrong-sample`.
  public func trace(
    sample: [UInt8], inputPerStep: Bool = false
  ) throws(SimulateError) -> PipelinedSimulator.Trace {
    try check(byteCount: sample.count, samples: 1, inputPerStep)
    let state = SimulationState(network)
    state.columns = network.inputMaps(sample[...])
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
