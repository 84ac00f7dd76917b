package import SpikeBundle

/// Exact counts of the synapses of one projection, borders and absent synapses taken into account.
///
/// A synapse of weight 0 is absent where the codebook says so (``Codebook/zeroIsAbsent``); else it
/// counts. A sum-pooling window multiplies synapses: each source neuron behind the window has its
/// own synapse to the target.
package struct SynapseCounts: Hashable, Sendable {
  /// All synapses.
  package var total = 0
  /// Most synapses into one neuron of the target.
  package var largestFanIn = 0
  /// Most synapses out of one source neuron, for each source alike.
  package var largestFanOut = 0
  /// Weights that are stored once although many synapses use them.
  package var storedWeights = 0

  /// Counts the synapses of `projection` in `bundle`.
  /// - Complexity: O(weights + outputs · kernel).
  package init(of projection: Projection, in bundle: Bundle) {
    let weights = projection.weights(from: bundle.codebooks)
    let absent = SynapseCounts.absenceOfZero(projection, bundle)
    let exists = weights.map { !($0 == 0 && absent) }
    storedWeights = exists.count { $0 }
    let window = projection.pooling?.size.reduce(1, *) ?? 1
    let sources = projection.sources.count
    switch projection.kind {
    case .dense:
      countDense(exists, projection.weightShape, window, sources)
    case .convolution(let strides, let before, _, let dilations, let groups):
      let plane = ConvolutionPlane(
        input: SynapseCounts.pooledShape(of: projection, in: bundle),
        output: bundle.populations[projection.target].shape,
        kernel: Array(projection.weightShape.dropFirst(2)), strides: strides, padsBefore: before,
        dilations: dilations)
      countConvolution(exists, projection.weightShape, groups, plane, window, sources)
    }
  }

  private static func absenceOfZero(_ projection: Projection, _ bundle: Bundle) -> Bool {
    projection.codebooks.allSatisfy { bundle.codebooks[$0].zeroIsAbsent }
  }

  /// Shape that the synapses see: the source's, divided by the pooling window.
  package static func pooledShape(of projection: Projection, in bundle: Bundle) -> [Int] {
    var shape: [Int]
    switch projection.sources.first {
    case .population(let index): shape = bundle.populations[index].shape
    case .input, nil: shape = bundle.input.shape
    }
    if let window = projection.pooling?.size {
      for axis in window.indices where axis + 1 < shape.count { shape[axis + 1] /= window[axis] }
    }
    return shape
  }

  private mutating func countDense(
    _ exists: [Bool], _ shape: [Int], _ window: Int, _ sources: Int
  ) {
    let (outputs, inputs) = (shape[0], shape[1])
    var fanOut = [Int](repeating: 0, count: inputs)
    for output in 0..<outputs {
      var fanIn = 0
      for input in 0..<inputs where exists[output * inputs + input] {
        fanIn += 1
        fanOut[input] += 1
      }
      total += fanIn
      largestFanIn = max(largestFanIn, fanIn)
    }
    total *= window * sources
    largestFanIn *= window * sources
    largestFanOut = fanOut.max() ?? 0
  }

  private mutating func countConvolution(
    _ exists: [Bool], _ shape: [Int], _ groups: Int, _ plane: ConvolutionPlane, _ window: Int,
    _ sources: Int
  ) {
    let (outputs, inputs) = (shape[0], shape[1])
    let taps = plane.tapCount
    // Existing synapses per (output channel, tap) and per (input channel, tap).
    var into = [Int](repeating: 0, count: outputs * taps)
    var outOf = [Int](repeating: 0, count: inputs * groups * taps)
    for output in 0..<outputs {
      let group = output / (outputs / groups)
      for input in 0..<inputs {
        for tap in 0..<taps where exists[(output * inputs + input) * taps + tap] {
          into[output * taps + tap] += 1
          outOf[(group * inputs + input) * taps + tap] += 1
        }
      }
    }
    for position in plane.reachableTapsPerOutput {
      for output in 0..<outputs {
        let fanIn = position.reduce(0) { $0 + into[output * taps + $1] }
        total += fanIn
        largestFanIn = max(largestFanIn, fanIn)
      }
    }
    for position in plane.reachingTapsPerInput {
      for input in 0..<inputs * groups {
        largestFanOut = max(largestFanOut, position.reduce(0) { $0 + outOf[input * taps + $1] })
      }
    }
    total *= window * sources
    largestFanIn *= window * sources
  }
}
