import SpikeBundle
import SpikeDiagnostics

/// Proves that a bundle of any wiring is whole before an encoder walks it: sources come before their
/// readers or are their readers, sizes fit, indices are inside their codebooks, numbers are one or one
/// per channel.
enum WholeBundleCheck {
  /// - Parameter isRecurrent: whether the format has recurrent synapses.
  /// - Throws: `export.invalid-bundle`, `export.unsupported-topology`.
  static func check(_ bundle: Bundle, isRecurrent: Bool = false) throws(ExportError) {
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
    for projection in bundle.projections {
      if !isRecurrent { try refuseRecurrence(projection) }
      try wiring(of: projection, bundle)
    }
  }

  /// - Parameter why: what the format has instead.
  /// - Throws: `export.unsupported-topology`.
  static func refuseRecurrence(
    _ projection: Projection, _ why: String = "this format has none between the neurons of a layer"
  ) throws(ExportError) {
    guard !projection.isRecurrent else {
      throw ExportError(
        .unsupportedTopology, "Its synapses are recurrent; \(why).",
        at: Location(node: projection.name),
        fix: "export for Xylo or as C, or use a network without recurrence")
    }
  }

  /// - Throws: `export.unsupported-topology`.
  static func refuseSourceDelays(_ projection: Projection) throws(ExportError) {
    guard projection.sourceDelays.isEmpty else {
      throw ExportError(
        .unsupportedTopology,
        "Its source elements have delays of their own, up to \(projection.delay) steps; this format has "
          + "one delay for a layer.", at: Location(node: projection.name),
        fix: "export for Loihi, or use one delay for all")
    }
  }

  /// One delay for each element, where elements differ.
  /// - Throws: `export.invalid-bundle`.
  static func delays(
    of projection: Projection, from shape: [Int]
  ) throws(ExportError) {
    let delays = projection.sourceDelays
    guard
      delays.isEmpty
        || (delays.count == shape.reduce(1, *)
          && delays.allSatisfy { (0...max(0, projection.delay)).contains($0) })
    else {
      throw ChainCheck.invalid(
        "There are \(delays.count) delays for the source \(shape).", Location(node: projection.name)
      )
    }
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
        guard index >= 0, index <= projection.target, bundle.populations[index].model != "LI" else {
          throw ChainCheck.invalid(
            "The source is population \(index), which does not spike or does not come before its "
              + "reader \(projection.target).", place)
        }
        shape = bundle.populations[index].shape
      }
      try ChainCheck.layer(
        projection, from: shape, to: bundle.populations[projection.target], bundle, at: place)
      try delays(of: projection, from: shape)
    }
    guard
      !projection.isRecurrent
        || (projection.sources.count == 1 && projection.pooling == nil && projection.kind == .dense)
    else {
      throw ChainCheck.invalid(
        "Recurrent synapses are dense, of one source without a pool.", place)
    }
  }
}
