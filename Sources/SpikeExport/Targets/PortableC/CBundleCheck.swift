import SpikeBundle
import SpikeDiagnostics

/// Proves that a bundle is whole, and that a C program can hold it, before it is laid out.
enum CBundleCheck {
  /// Most weights of a projection.
  static let mostWeights = 1 << 26

  /// - Throws: `export.invalid-bundle`, `export.limit-exceeded`, `export.unsupported-neuron`,
  ///   `export.wrong-arithmetic`.
  static func check(_ bundle: Bundle) throws(ExportError) {
    try ChainCheck.input(bundle)
    guard bundle.arithmetic == .plain || bundle.arithmetic == .loihiCuba else {
      throw ExportError(
        .wrongArithmetic,
        "The bundle was lowered for '\(bundle.target)' (\(bundle.arithmetic.rawValue)), whose "
          + "neurons see one spike after the other; the C program sums up steps.",
        at: Location(node: bundle.name), fix: "export the fitted model again with --target c")
    }
    guard CNetwork.steps.contains(bundle.timeSteps) else {
      throw invalid("The window is \(bundle.timeSteps) steps; allowed are 1…65536.", bundle.name)
    }
    for population in bundle.populations { try check(population) }
    let last = bundle.populations[bundle.populations.count - 1]
    guard (last.model == "LI") == (bundle.readout == .largestPotential) else {
      throw invalid(
        "The read-out '\(bundle.readout.rawValue)' does not fit the last population, whose model "
          + "is \(last.model).", last.name)
    }
    for projection in bundle.projections { try check(projection, bundle) }
  }

  private static func check(_ population: Population) throws(ExportError) {
    guard ["IF", "LIF", "CubaLIF", "LI"].contains(population.model) else {
      throw ExportError(
        .unsupportedNeuron,
        "The neuron model is '\(population.model)'; allowed are IF, LIF, CubaLIF and LI.",
        at: Location(node: population.name), fix: "write the bundle again with sfconv export")
    }
    try ChainCheck.shape(population.shape, population.name)
    let spikes = population.model != "LI"
    let channels = population.shape[0]
    guard !spikes || (population.reset != nil && !population.thresholds.isEmpty) else {
      throw invalid("A neuron that spikes needs a reset and a threshold.", population.name)
    }
    for list in [population.thresholds, population.biases, population.initialPotentials]
    where !list.isEmpty && list.count != 1 && list.count != channels {
      throw invalid(
        "It has \(list.count) thresholds, biases or initial potentials; one or one per channel "
          + "(\(channels)) are allowed.", population.name)
    }
    let decays = 0...Int32(4096)
    guard decays.contains(population.membraneDecay), decays.contains(population.currentDecay)
    else {
      throw invalid(
        "The decays are \(population.membraneDecay) and \(population.currentDecay); allowed are "
          + "0…4096.", population.name)
    }
  }

  private static func check(
    _ projection: Projection, _ bundle: Bundle
  ) throws(ExportError) {
    guard bundle.populations.indices.contains(projection.target) else {
      throw invalid(
        "The target is population \(projection.target) of \(bundle.populations.count).",
        projection.name)
    }
    guard (1...64).contains(projection.sources.count) else {
      throw invalid(
        "It has \(projection.sources.count) sources; allowed are 1…64.", projection.name)
    }
    guard CNetwork.delays.contains(projection.delay) else {
      throw ExportError(
        .limitExceeded, "The delay is \(projection.delay) steps; allowed are 0…1024.",
        at: Location(node: projection.name), fix: "use shorter delays")
    }
    try WholeBundleCheck.refuseSourceDelays(projection)
    guard projection.indices.count <= mostWeights else {
      throw ExportError(
        .limitExceeded,
        "There are \(projection.indices.count) weights; allowed are \(mostWeights).",
        at: Location(node: projection.name), fix: "prune the network")
    }
    var shapes: [[Int]] = []
    for source in projection.sources {
      switch source {
      case .input: shapes.append(bundle.input.shape)
      case .population(let position):
        guard position >= 0, position <= projection.target else {
          throw ExportError(
            .unsupportedTopology,
            "The source is population \(position), which does not come before its reader "
              + "\(projection.target); recurrence is inside a population only.",
            at: Location(node: projection.name), fix: "use recurrent weights of one population")
        }
        guard bundle.populations[position].model != "LI" else {
          throw invalid(
            "It reads '\(bundle.populations[position].name)', which never spikes.",
            projection.name)
        }
        shapes.append(bundle.populations[position].shape)
      }
    }
    guard shapes.allSatisfy({ $0 == shapes[0] }) else {
      throw invalid("The sources have different shapes.", projection.name)
    }
    try ChainCheck.layer(
      projection, from: shapes[0], to: bundle.populations[projection.target], bundle,
      at: Location(node: projection.name))
  }

  /// Numbers that a program of 32 bits cannot hold.
  static func tooWide(_ what: String, _ node: String) -> ExportError {
    ExportError(
      .limitExceeded, "\(what) could pass 32 bits.", at: Location(node: node),
      fix: "use smaller weights and thresholds, fewer input bits, fewer steps or a lower fan-in")
  }

  private static func invalid(_ message: String, _ node: String) -> ExportError {
    ChainCheck.invalid(message, Location(node: node))
  }
}
