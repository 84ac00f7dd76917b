import SpikeDiagnostics
import SpikeGraph

/// What a NIR file leaves open and the importer decided, as numbered notes.
enum NIRAssumptions {
  /// The notes for the primitives that the network uses.
  static func findings(
    _ rows: [String: NIRPrimitive], _ wiring: NIRWiring, _ options: NIRImportOptions
  ) -> [Finding] {
    let used = wiring.order.compactMap { rows[$0] }
    let isLeaky = used.contains { $0.kind == .leaky }
    let isIntegrating = used.contains { $0.kind == .integrator }
    let spikes = used.contains { $0.spikes }
    guard isLeaky || isIntegrating || spikes else { return [] }
    var notes: [(code: String, text: String, fix: String?)] = []
    if let step = options.timeStep {
      notes.append(
        ("nir.assumed-time-step", "A step is \(step) long, in the unit of the time constants.", nil)
      )
      if isIntegrating {
        notes.append(
          (
            "nir.assumed-gain",
            "A step adds dt · r · I to the potential of IF and I neurons, as the equation says.",
            "where the file's program adds r · I (sinabs, snnTorch), leave --dt out"
          ))
      }
    } else if isIntegrating {
      notes.append(
        (
          "nir.assumed-gain",
          "A step adds r · I to the potential of IF and I neurons, as if a step were 1 long.",
          "give --dt where the file's program adds dt · r · I"
        ))
    }
    if isLeaky {
      notes.append(
        (
          "nir.assumed-integration",
          options.integration == .euler
            ? "Forward Euler: a step leaves 1 - dt/tau of a state; a spike drives it by dt/tau."
            : "Exponential Euler: a step leaves exp(-dt/tau) of a state; a spike drives it by the rest.",
          "choose with --integration euler or exponential"
        ))
    }
    if spikes {
      notes.append(
        (
          "nir.assumed-comparator",
          "A neuron spikes where its potential is \(options.comparator == .greater ? "above" : "at or above") "
            + "the threshold (\(options.comparator.rawValue)).",
          "choose with --comparator '>' or '>='"
        ))
      notes.append(
        (
          "nir.assumed-reset",
          options.reset == .hard
            ? "A spike sets the potential to v_reset, 0 where the file has none."
            : "A spike subtracts the threshold from the potential; v_reset is not used.",
          "choose with --reset hard or subtract"
        ))
    }
    if !wiring.feedback.isEmpty {
      notes.append(
        (
          "nir.assumed-recurrence",
          "A spike reaches the recurrent synapses of its population one step after the step in which "
            + "it is fired; biases of recurrent layers count from the first step.", nil
        ))
    }
    notes.append(
      (
        "nir.assumed-start",
        "All potentials and currents are 0 before the first step, and a spike reaches the next layer in "
          + "the step in which it is fired.", nil
      ))
    return notes.enumerated().map { index, note in
      Finding(
        .note, code: note.code, message: "Assumption \(index + 1) of \(notes.count): \(note.text)",
        fix: note.fix)
    }
  }
}
