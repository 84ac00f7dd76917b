import SpikeBundle
import SpikeContainers
import SpikeDiagnostics

/// Populations that NIR's neurons can be.
enum NIRNeuronRule {
  /// The neuron node of a population.
  /// - Throws: `export.unsupported-neuron`, `export.limit-exceeded`.
  static func node(
    _ population: Population, _ neuron: NIRNeuron, _ dialect: NIRDialect, in bundle: Bundle
  ) -> HDF5Group {
    let unit = NIRUnit.of(population) * neuron.thresholdGain
    let perChannel = population.neuronCount / population.shape[0]
    let shift = thresholdShift(population, dialect, in: bundle)
    let thresholds = (0..<population.neuronCount).map { index in
      let one = population.thresholds.count == 1
      return Float((Double(population.thresholds[one ? 0 : index / perChannel]) + shift) * unit)
    }
    var fields = ["v_threshold": NIRLayout.floats(thresholds, population.shape)]
    for (name, value) in neuron.fields {
      let values = [Double](repeating: value, count: population.neuronCount)
      // Rockpool multiplies by exp(-dt/tau_syn), which float32 would not hold exactly.
      fields[name] =
        dialect == .rockpool && name != "v_leak"
        ? NIRLayout.doubles(values, population.shape)
        : NIRLayout.floats(values.map { Float($0) }, population.shape)
    }
    return NIRLayout.node(
      neuron.type, fields,
      metadata: [
        "name": NIRLayout.text(population.name), "model": NIRLayout.text(population.model),
        "thresholds": .dataset(.list(population.thresholds)),
        "comparator": NIRLayout.text(population.spikesAboveOnly ? ">" : ">="),
        "reset": NIRLayout.text(population.reset == .bySubtraction ? "by-subtraction" : "to-zero"),
        "membrane_decay": NIRLayout.integer(Int(population.membraneDecay)),
        "current_decay": NIRLayout.integer(Int(population.currentDecay)),
        "scale": NIRLayout.floats([population.scale], [1]),
        "unit": NIRLayout.floats([Float(unit)], [1]),
      ])
  }

  /// What is added to integer thresholds, so that readers that compare with `>` and readers that
  /// compare with `>=` agree: potentials are whole multiples of a grain, thresholds lie between.
  ///
  /// Where the threshold is subtracted, each spike leaves the shift behind; it is so small that all
  /// spikes of a window together stay below one grain.
  static func thresholdShift(
    _ population: Population, _ dialect: NIRDialect, in bundle: Bundle
  ) -> Double {
    let grain = grain(population, in: bundle)
    guard dialect.subtractsThreshold else {
      return population.spikesAboveOnly ? grain / 2 : -grain / 2
    }
    return population.spikesAboveOnly
      ? grain * Double(sign: .plus, exponent: -shiftBits(bundle), significand: 1) : 0
  }

  /// Bits behind the point of a shift that is subtracted once a step.
  static func shiftBits(_ bundle: Bundle) -> Int {
    bundle.timeSteps.bitWidth - max(1, bundle.timeSteps).leadingZeroBitCount
  }

  /// Smallest difference of two potentials: 1, or 1/64 where Loihi's leak keeps a fraction.
  static func grain(_ population: Population, in bundle: Bundle) -> Double {
    leaks(population) && bundle.arithmetic == .loihiCuba ? 1.0 / 64 : 1
  }

  /// Whether anything leaks.
  static func leaks(_ population: Population) -> Bool {
    population.membraneDecay != 0 || population.currentDecay != 4096
  }

  /// - Throws: `export.unsupported-neuron`, `export.limit-exceeded`.
  static func check(
    _ population: Population, _ dialect: NIRDialect, at place: Location
  ) throws(ExportError) {
    func unsupported(_ message: String, _ fix: String) -> ExportError {
      ExportError(.unsupportedNeuron, message, at: place, fix: fix)
    }
    guard (0...4096).contains(population.membraneDecay),
      (0...4096).contains(population.currentDecay)
    else {
      throw unsupported(
        "The decays are \(population.membraneDecay) and \(population.currentDecay); allowed are "
          + "0…4096.", "write the bundle again with sfconv export")
    }
    guard population.initialPotentials.allSatisfy({ $0 == 0 }) else {
      throw unsupported(
        "The potentials start at \(population.initialPotentials.prefix(4)); NIR has no field for "
          + "that, its readers start at 0.", "convert and fit with --target loihi2")
    }
    guard let reset = population.reset else {
      guard !leaks(population) else {
        throw unsupported(
          "The read-out leaks; readers disagree about NIR's LI.",
          "fit with --leak none, or export for the chip itself")
      }
      return
    }
    guard population.currentDecay == 4096 || population.biases.allSatisfy({ $0 == 0 }) else {
      throw unsupported(
        "A bias is added to the potential behind a current that outlives its step; readers would "
          + "add it to the current.", "fit with --leak none, or export for the chip itself")
    }
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
    guard !dialect.takesOneThreshold || population.thresholds.allSatisfy({ $0 == first }) else {
      throw unsupported(
        "The layer has several thresholds; \(dialect.rawValue) takes one for each layer.",
        "export with --dialect \(NIRDialect.names { !$0.takesOneThreshold }), or convert with one "
          + "threshold per layer")
    }
    guard !dialect.needsPositiveThresholds || population.thresholds.allSatisfy({ $0 > 0 }) else {
      throw unsupported(
        "A threshold is \(population.thresholds.min() ?? 0); \(dialect.rawValue) needs positive "
          + "ones.", "export with --dialect norse")
    }
  }
}
