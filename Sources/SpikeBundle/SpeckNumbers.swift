/// Ranges of the arithmetic ``Arithmetic/speck``.
///
/// Sources: sinabs 3.1.3, `backend/dynapcnn/discretize.py` (8-bit weights and biases, 16-bit thresholds
/// and states); docs/formats/speck.md.
package enum SpeckNumbers {
  /// Weights and biases.
  package static let weights: ClosedRange<Int32> = -128...127
  /// Thresholds; at or above spikes.
  package static let thresholds: ClosedRange<Int32> = 1...32767
  /// Potentials, which saturate.
  package static let states: ClosedRange<Int32> = -32768...32767
  /// Threshold of a read-out, which is not to spike.
  package static let silentThreshold: Int32 = 32767
  /// Spikes of a neuron in one step; what is above stays in the potential.
  package static let mostSpikes = 255

  /// Why a population has no place in the arithmetic, or nil.
  package static func problem(of population: Population) -> String? {
    guard population.membraneDecay == 0, population.currentDecay == 4096 else {
      return "The neurons leak; those of DYNAP-CNN keep their potential."
    }
    guard population.model == "LI" || !population.spikesAboveOnly else {
      return "The neurons spike above their threshold; those of DYNAP-CNN spike at it too."
    }
    if case .toValue(let value) = population.reset, value != 0 {
      return "A spike sets the potential to \(value); DYNAP-CNN sets 0 or subtracts the threshold."
    }
    if population.model != "LI",
      let bad = population.thresholds.first(where: { !thresholds.contains($0) })
    {
      return "The threshold is \(bad); allowed are 1…32767."
    }
    if let bad = population.initialPotentials.first(where: { !states.contains($0) }) {
      return "Potentials start at \(bad); allowed are -32768…32767."
    }
    if let bad = population.biases.first(where: { !weights.contains($0) }) {
      return "The bias is \(bad); allowed are -128…127."
    }
    return nil
  }
}
