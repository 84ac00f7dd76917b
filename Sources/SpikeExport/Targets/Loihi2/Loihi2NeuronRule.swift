import SpikeBundle
import SpikeDiagnostics

/// Populations that Loihi's CUBA neurons can be.
enum Loihi2NeuronRule {
  /// The threshold mantissa of a population; for a read-out the highest there is.
  /// - Throws: `export.unsupported-neuron`, `export.limit-exceeded`.
  static func threshold(
    of population: Population, at place: Location
  ) throws(ExportError) -> Int32 {
    func unsupported(_ message: String, _ fix: String) -> ExportError {
      ExportError(.unsupportedNeuron, message, at: place, fix: fix)
    }
    let refit = "convert and fit with --target loihi2"
    guard (0...4096).contains(population.membraneDecay),
      (0...4096).contains(population.currentDecay)
    else {
      throw ExportError(
        .limitExceeded,
        "The decays are \(population.membraneDecay) and \(population.currentDecay); Loihi holds "
          + "0…4096.", at: place, fix: refit)
    }
    guard population.initialPotentials.allSatisfy({ $0 == 0 }) else {
      throw unsupported(
        "The potentials start at \(population.initialPotentials); Loihi's at 0.", refit)
    }
    if population.model == "LI" { return Loihi2Layout.thresholds.upperBound }
    guard population.reset == .toValue(0) else {
      throw unsupported("The reset is not to 0, as Loihi's is.", refit)
    }
    guard let first = population.thresholds.first,
      population.thresholds.allSatisfy({ $0 == first })
    else {
      throw unsupported(
        "The layer has \(population.thresholds.count) thresholds; netx has one for each layer.",
        "convert and fit with one threshold per layer")
    }
    var threshold = first
    if !population.spikesAboveOnly {
      // Without a leak all numbers are integers: h >= θ is h > θ - 1.
      guard population.membraneDecay == 0, population.currentDecay == 4096, first > Int32.min
      else {
        throw unsupported("Leaky neurons spike at their threshold; Loihi's above it only.", refit)
      }
      threshold -= 1
    }
    let range = Loihi2Layout.thresholds
    guard range.contains(threshold) else {
      throw ExportError(
        .limitExceeded,
        "The threshold is \(threshold); Loihi holds \(range.lowerBound)…\(range.upperBound).",
        at: place, fix: refit)
    }
    return threshold
  }
}
