public import SpikeBundle
import SpikeCompute
public import SpikeDiagnostics

/// Runs a bundle in the integer arithmetic of its chip, event by event.
///
/// A window is one inference: every population starts at its initial potential, the input port
/// sends the same graded spikes in each of the bundle's time steps, and layers have no latency
/// inside a step. On a chip with one step of latency per layer the same happens shifted, layer by
/// layer, where each layer is reset as the first spikes of an image arrive; ``PipelinedSimulator``
/// shows that timing. tinyODIN and ODIN have no steps: the spikes of a step go in one after the
/// other, each with all that follows from it. (A projection with a delay is the exception: what is under way at the end of
/// a window is forgotten here.)
public struct IntegerSimulator: Sendable {
  let network: PreparedNetwork

  /// Checks a bundle and lays it out.
  /// - Throws: `simulate.invalid-bundle` where the bundle contradicts itself,
  ///   `simulate.range-too-wide` where 32-bit sums could overflow, `simulate.exceeds-chip` where
  ///   a chip of one core does not hold it.
  /// - Complexity: O(weights).
  public init(_ bundle: Bundle) throws(SimulateError) {
    network = try PreparedNetwork(bundle)
  }

  /// Bytes of one sample.
  public var sampleSize: Int { network.inputLayout.count }

  /// What integer 1 of a potential is in the states that are reported: 64 on Loihi, else 1.
  public var unitsPerInteger: Int32 { network.arithmetic == .loihiCuba ? 64 : 1 }

  /// Worst case of each population, in the order of the bundle.
  public var bounds: [PotentialBound] { network.populations.map(\.bound) }

  /// One inference on raw bytes in C, H, W order.
  /// - Throws: `simulate.wrong-sample`.
  public func run(sample: [UInt8]) throws(SimulateError) -> Outcome {
    try check(byteCount: sample.count, samples: 1)
    let state = SimulationState(network)
    return outcome(of: sample[...], state)
  }

  func check(byteCount: Int, samples: Int) throws(SimulateError) {
    guard byteCount == samples * sampleSize else {
      throw SimulateError(
        .wrongSample,
        "\(byteCount) bytes are not \(samples) samples of \(sampleSize) bytes.",
        fix: "give the data that the network was fitted for")
    }
  }

  func outcome(of sample: ArraySlice<UInt8>, _ state: SimulationState) -> Outcome {
    state.input.assign(network.inputMap(sample))
    let last = network.populations.count - 1
    let layout = network.populations[last].layout
    let readout: [Int32]
    switch network.readout {
    case .largestPotential:
      state.runWindow()
      readout = layout.ordered(state.potentials[last].array())
    case .mostSpikes:
      readout = layout.ordered(state.runWindowCountingSpikes(of: last))
    }
    var best = 0
    for index in readout.indices where readout[index] > readout[best] { best = index }
    return Outcome(
      prediction: best, readout: readout, populationSpikes: state.populationSpikes,
      counts: state.counts)
  }
}

/// The answer of one inference.
public struct Outcome: Hashable, Sendable {
  /// Index of the largest read-out value; ties go to the lowest index.
  public let prediction: Int
  /// Potentials of the read-out after the last step in units of
  /// ``IntegerSimulator/unitsPerInteger``, or spike counts; in C, H, W order.
  public let readout: [Int32]
  /// Spikes of each population.
  public let populationSpikes: [Int64]
  /// Operations of this inference.
  public let counts: OperationCounts
}
