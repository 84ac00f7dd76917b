import SpikeBundle
import SpikeDiagnostics

/// Says where a bundle may compute otherwise than the fitted model that it was made of: a neuron of the
/// model spikes once a step, one of DYNAP-CNN as often as its threshold fits.
enum SpeckFindings {
  /// One warning for the network, or none where no neuron can spike twice in a step.
  ///
  /// The bundle must be whole; the worst case is that all excitatory synapses bring what they can.
  static func of(_ bundle: Bundle) -> [Finding] {
    var most = [Int](repeating: 1, count: bundle.populations.count)
    for (index, population) in bundle.populations.enumerated() where population.model != "LI" {
      let excitation = bundle.projections.filter { $0.target == index }.reduce(0) { sum, one in
        let arriving = one.sources.reduce(0) { sum, source in
          if case .population(let other) = source { return sum + most[other] }
          return sum + (1 << bundle.input.bits) - 1
        }
        let window = one.pooling?.size.reduce(1, *) ?? 1
        return sum + largestExcitation(one, bundle.codebooks) * arriving * window
      }
      let bias = max(0, Int(population.biases.max() ?? 0))
      let start = max(0, Int(population.initialPotentials.max() ?? 0))
      let threshold = max(1, Int(population.thresholds.min() ?? 1))
      let potential = max(threshold - 1, start) + excitation + bias
      most[index] = min(SpeckNumbers.mostSpikes, potential / threshold)
    }
    guard let index = most.firstIndex(where: { $0 > 1 }) else { return [] }
    return [
      Finding(
        .warning, code: "export.several-spikes",
        message:
          "Neurons may spike up to \(most[index]) times a step; the fitted model counts one, so "
          + "answers may differ.",
        location: Location(node: bundle.populations[index].name),
        fix: "compare 'sfconv eval' of the bundle with that of the model")
    ]
  }

  /// Largest sum of the positive weights into one output.
  private static func largestExcitation(_ projection: Projection, _ books: [Codebook]) -> Int {
    let weights = projection.weights(from: books)
    let size = weights.count / max(1, projection.weightShape[0])
    return (0..<projection.weightShape[0]).map { output in
      weights[output * size..<(output + 1) * size].reduce(0) { $0 + max(0, Int($1)) }
    }.max() ?? 0
  }
}
