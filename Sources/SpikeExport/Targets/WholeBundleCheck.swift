import SpikeBundle
import SpikeDiagnostics

/// Proves that a bundle of any wiring is whole before an encoder walks it: sources come before their
/// readers, sizes fit, indices are inside their codebooks, numbers are one or one per channel.
enum WholeBundleCheck {
  /// - Throws: `export.invalid-bundle`.
  static func check(_ bundle: Bundle) throws(ExportError) {
    try ChainCheck.input(bundle)
    let here = Location(node: bundle.name)
    guard (1...65536).contains(bundle.timeSteps) else {
      throw ChainCheck.invalid(
        "The window is \(bundle.timeSteps) steps; allowed are 1…65536.", here)
    }
    for population in bundle.populations {
      try ChainCheck.shape(population.shape, population.name)
      let place = Location(node: population.name)
      let counts = [
        population.thresholds.count, population.biases.count, population.initialPotentials.count,
      ]
      guard counts.allSatisfy({ $0 <= 1 || $0 == population.shape[0] }) else {
        throw ChainCheck.invalid(
          "Thresholds, biases or initial potentials are not one per channel.", place)
      }
      let isReadout = population.model == "LI"
      guard isReadout || ["IF", "LIF", "CubaLIF"].contains(population.model) else {
        throw ChainCheck.invalid("The neuron model '\(population.model)' is unknown.", place)
      }
      guard isReadout || !population.thresholds.isEmpty else {
        throw ChainCheck.invalid("A neuron that spikes needs a threshold.", place)
      }
    }
    let last = bundle.populations[bundle.populations.count - 1]
    guard (last.model == "LI") == (bundle.readout == .largestPotential) else {
      throw ChainCheck.invalid(
        "The read-out '\(bundle.readout.rawValue)' does not fit the last population, whose model "
          + "is \(last.model).", here)
    }
    for projection in bundle.projections { try wiring(of: projection, bundle) }
  }

  private static func wiring(of projection: Projection, _ bundle: Bundle) throws(ExportError) {
    let place = Location(node: projection.name)
    guard bundle.populations.indices.contains(projection.target),
      (1...64).contains(projection.sources.count), projection.delay >= 0
    else {
      throw ChainCheck.invalid(
        "It leads from \(projection.sources.count) sources to population \(projection.target).",
        place)
    }
    for source in projection.sources {
      var shape = bundle.input.shape
      if case .population(let index) = source {
        guard index >= 0, index < projection.target, bundle.populations[index].model != "LI" else {
          throw ChainCheck.invalid(
            "The source is population \(index), which does not spike or does not come before its "
              + "reader \(projection.target).", place)
        }
        shape = bundle.populations[index].shape
      }
      try ChainCheck.layer(
        projection, from: shape, to: bundle.populations[projection.target], bundle, at: place)
    }
  }
}
