import SpikeBundle
import SpikeDiagnostics

/// What the reader of a NIR file does otherwise than the bundle says. Without a finding the spikes
/// are those of the integer simulator.
///
/// - `export.nir.soft-reset`, `export.nir.hard-reset`: the reader resets the other way.
/// - `export.nir.several-spikes`: a neuron can reach twice its threshold; the reader then sends 2.
/// - `export.nir.clipped`: the reader clips potentials at minus the threshold.
/// - `export.nir.range`: potentials can leave what float32, or the chip, holds.
/// - `export.nir.leak`: the chip rounds what leaks, the reader does not.
enum NIRFindings {
  /// The findings of a bundle that the encoder took.
  /// - Complexity: O(weights).
  static func of(_ bundle: Bundle, _ dialect: NIRDialect) -> [Finding] {
    bundle.populations.indices.flatMap { index in
      let population = bundle.populations[index]
      let place = Location(node: population.name)
      let range = NIRRange(of: index, in: bundle)
      let found = [
        reset(population, dialect), severalSpikes(population, range, bundle, dialect),
        clipping(population, range, bundle, dialect), width(population, range, bundle, dialect),
        leak(population, bundle, dialect),
      ]
      return found.compactMap { finding in
        finding.map {
          Finding(
            .warning, code: "export.nir.\($0.code)", message: $0.message, location: place,
            fix: $0.fix)
        }
      }
    }
  }

  private typealias Found = (code: String, message: String, fix: String)

  private static func reset(_ population: Population, _ dialect: NIRDialect) -> Found? {
    guard let reset = population.reset else { return nil }
    let isSoft = reset == .bySubtraction
    guard isSoft != dialect.subtractsThreshold else { return nil }
    let others = NIRDialect.names { $0.subtractsThreshold == isSoft }
    return isSoft
      ? (
        "soft-reset",
        "Spikes subtract the threshold; \(dialect.rawValue) sets the potential to 0 instead.",
        "convert and fit with hard reset, or export with --dialect \(others)"
      )
      : (
        "hard-reset",
        "Spikes set the potential to 0; \(dialect.rawValue) subtracts the threshold instead.",
        "export with --dialect \(others), or set the reset in the reader"
      )
  }

  /// How many steps' sums are in a current at once, at most.
  private static func memory(_ decay: Int32, _ bundle: Bundle) -> Double {
    let steps = Double(bundle.timeSteps)
    return decay == 0 ? steps : min(steps, 4096 / Double(decay))
  }

  private static func severalSpikes(
    _ population: Population, _ range: NIRRange, _ bundle: Bundle, _ dialect: NIRDialect
  ) -> Found? {
    let highest = range.highest * memory(population.currentDecay, bundle)
    guard dialect.subtractsThreshold, population.reset == .bySubtraction,
      let lowest = population.thresholds.min(), highest > Double(lowest)
    else { return nil }
    return (
      "several-spikes",
      "One step can add \(Int(clamping: highest)) to a potential with the threshold \(lowest); "
        + "\(dialect.rawValue) sends several spikes at twice the threshold, the chip one.",
      "use the reader's limit of one spike a step, or export with another dialect"
    )
  }

  private static func clipping(
    _ population: Population, _ range: NIRRange, _ bundle: Bundle, _ dialect: NIRDialect
  ) -> Found? {
    guard dialect == .sinabs, population.shape.count > 1,
      let lowest = population.thresholds.min(),
      range.lowest * Double(bundle.timeSteps) < -Double(lowest)
    else { return nil }
    return (
      "clipped",
      "Potentials can fall to \(Int(clamping: range.lowest * Double(bundle.timeSteps))); sinabs clips "
        + "those of a map at minus the threshold, \(-lowest).",
      "set min_v_mem to None in the reader, or export with --dialect norse"
    )
  }

  private static func width(
    _ population: Population, _ range: NIRRange, _ bundle: Bundle, _ dialect: NIRDialect
  ) -> Found? {
    let isLoihi = bundle.arithmetic == .loihiCuba
    // Float32 has 24 bits; one is for the halves of thresholds, some for shifts that add up.
    let hasShift = dialect.subtractsThreshold && population.spikesAboveOnly
    let bits = 23 - (hasShift ? NIRNeuronRule.shiftBits(bundle) : 0)
    let limit = Double(sign: .plus, exponent: isLoihi ? min(bits, 17) : bits, significand: 1) - 1
    let reach =
      range.magnitude * Double(bundle.timeSteps) * memory(population.currentDecay, bundle)
    guard reach > limit else { return nil }
    return (
      "range",
      "Potentials could reach ±\(Int(clamping: reach)) in the worst case; beyond ±"
        + "\(Int(clamping: limit)) \(isLoihi ? "the chip clips" : "float32 may round").",
      "compare predictions with sfconv eval, or fit with fewer bits"
    )
  }

  /// Rounding towards zero loses less than one grain a step, which then leaks as well.
  private static func leak(
    _ population: Population, _ bundle: Bundle, _ dialect: NIRDialect
  ) -> Found? {
    guard NIRNeuronRule.leaks(population) else { return nil }
    let grain = NIRNeuronRule.grain(population, in: bundle)
    let current =
      population.currentDecay == 4096 ? 0 : memory(population.currentDecay, bundle)
    let membrane = population.membraneDecay == 0 ? 0.0 : 1
    let most = grain * (current + membrane) * memory(population.membraneDecay, bundle)
    let hundredths = Int(clamping: (most * 100).rounded(.up))
    return (
      "leak",
      "The chip rounds what leaks to \(grain == 1 ? "integers" : "64ths"), \(dialect.rawValue) does "
        + "not: potentials differ by up to \(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10).",
      "compare predictions, or fit with --leak none"
    )
  }
}

extension Int {
  /// The nearest integer inside the range.
  fileprivate init(clamping value: Double) {
    self = Int(value.magnitude < 0x1p62 ? value.rounded() : value < 0 ? -0x1p62 : 0x1p62)
  }
}
