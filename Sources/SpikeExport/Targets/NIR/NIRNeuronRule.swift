import SpikeBundle
import SpikeContainers
import SpikeDiagnostics

/// Populations that NIR's neurons can be, and what readers change about them.
enum NIRNeuronRule {
  /// The `IF` node of a population.
  /// - Throws: `export.unsupported-neuron`.
  static func node(
    _ population: Population, _ dialect: NIRDialect, at place: Location
  ) throws(ExportError) -> HDF5Group {
    try check(population, dialect, at: place)
    // Sums of integers are integers: half way to the next one, `>` and `>=` are the same.
    let isSubtracted = population.reset == .bySubtraction && dialect.subtractsThreshold
    let shift: Float = isSubtracted ? 0 : population.spikesAboveOnly ? 0.5 : -0.5
    let perChannel = population.neuronCount / population.shape[0]
    let thresholds = (0..<population.neuronCount).map { neuron in
      let one = population.thresholds.count == 1
      return Float(population.thresholds[one ? 0 : neuron / perChannel]) + shift
    }
    let resistances = [Float](repeating: dialect.resistance, count: population.neuronCount)
    return NIRLayout.node(
      NIRLayout.integrateAndFire,
      [
        "r": NIRLayout.floats(resistances, population.shape),
        "v_threshold": NIRLayout.floats(thresholds, population.shape),
      ],
      metadata: [
        "name": NIRLayout.text(population.name),
        "thresholds": .dataset(.list(population.thresholds)),
        "comparator": NIRLayout.text(population.spikesAboveOnly ? ">" : ">="),
        "reset": NIRLayout.text(
          population.reset == .bySubtraction ? "by-subtraction" : "to-zero"),
        "scale": NIRLayout.floats([population.scale], [1]),
      ])
  }

  /// What a reader of the dialect does otherwise than the bundle says.
  static func warnings(_ bundle: Bundle, _ dialect: NIRDialect) -> [Finding] {
    bundle.populations.compactMap { population in
      guard let reset = population.reset else { return nil }
      let isSoft = reset == .bySubtraction
      guard isSoft != dialect.subtractsThreshold else { return nil }
      return Finding(
        .warning, code: isSoft ? "export.nir.soft-reset" : "export.nir.hard-reset",
        message: isSoft
          ? "Spikes subtract the threshold; \(dialect.rawValue) sets the potential to 0 instead."
          : "Spikes set the potential to 0; \(dialect.rawValue) subtracts the threshold instead.",
        location: Location(node: population.name),
        fix: isSoft
          ? "convert and fit with hard reset, or export with --dialect sinabs"
          : "export with --dialect norse or spikingjelly, or set the reset in the reader")
    }
  }

  /// - Throws: `export.unsupported-neuron`, `export.limit-exceeded`.
  static func check(
    _ population: Population, _ dialect: NIRDialect, at place: Location
  ) throws(ExportError) {
    func unsupported(_ message: String, _ fix: String) -> ExportError {
      ExportError(.unsupportedNeuron, message, at: place, fix: fix)
    }
    guard population.membraneDecay == 0, population.currentDecay == 4096 else {
      throw unsupported(
        "The neurons leak (decays \(population.membraneDecay) and \(population.currentDecay) of "
          + "4096); a leak rounded to integers is not what NIR's readers compute.",
        "fit with --leak none, or export for the chip itself")
    }
    guard population.initialPotentials.allSatisfy({ $0 == 0 }) else {
      throw unsupported(
        "The potentials start at \(population.initialPotentials.prefix(4)); NIR has no field for "
          + "that, its readers start at 0.", "convert and fit with --target loihi2")
    }
    guard let reset = population.reset else { return }
    guard reset == .bySubtraction || reset == .toValue(0) else {
      throw unsupported(
        "The reset is to a value other than 0, at which some readers would start too.",
        "convert and fit with --target loihi2")
    }
    guard let first = population.thresholds.first else {
      throw unsupported("It has no threshold.", "write the bundle again with sfconv export")
    }
    guard population.thresholds.allSatisfy({ $0.magnitude < 1 << 22 }) else {
      throw ExportError(
        .limitExceeded,
        "A threshold is outside ±4,194,303, beyond which float32 has no halves.", at: place,
        fix: "fit with fewer bits")
    }
    guard dialect.takesAllNodes || population.thresholds.allSatisfy({ $0 == first }) else {
      throw unsupported(
        "The layer has several thresholds; spikingjelly takes one for each layer.",
        "export with --dialect norse, or convert with one threshold per layer")
    }
  }
}
