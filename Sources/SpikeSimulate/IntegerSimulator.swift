public import SpikeBundle
import SpikeCompute
public import SpikeDiagnostics

/// Runs a bundle in the integer arithmetic of its chip, event by event.
///
/// A window is one inference: every population starts at its initial potential, the input port
/// sends the same graded spikes in each of the bundle's time steps (of an image), or those of a
/// column of its own in each (of a recording), and layers have no latency inside a step. On a chip
/// with one step of latency per layer the same happens shifted, layer by layer, where each layer is
/// reset as the first spikes of an image arrive; ``PipelinedSimulator`` shows that timing. tinyODIN
/// and ODIN have no steps: the spikes of a step go in one after the other, each with all that
/// follows from it. (A projection with a delay is the exception: what is under way at the end of a
/// window is forgotten here.)
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

  /// Bytes of one sample that is the same in all steps; of others, of each of its columns.
  public var sampleSize: Int { network.inputLayout.count }

  /// What integer 1 of a potential is in the states that are reported: 64 on Loihi, else 1.
  public var unitsPerInteger: Int32 { network.arithmetic == .loihiCuba ? 64 : 1 }

  /// Worst case of each population, in the order of the bundle.
  public var bounds: [PotentialBound] { network.populations.map(\.bound) }

  /// One inference on raw bytes in C, H, W order.
  /// - Parameters:
  ///   - sample: one map for all time steps, or one for each, the first step first.
  ///   - inputPerStep: whether there is one for each.
  /// - Throws: `simulate.wrong-sample`.
  public func run(
    sample: [UInt8], inputPerStep: Bool = false
  ) throws(SimulateError) -> Outcome {
    try check(byteCount: sample.count, samples: 1, inputPerStep)
    let state = SimulationState(network)
    return outcome(of: sample[...], state)
  }

  /// Bytes of a sample with all its columns.
  func byteCount(_ inputPerStep: Bool) -> Int {
    sampleSize * (inputPerStep ? network.timeSteps : 1)
  }

  func check(byteCount: Int, samples: Int, _ inputPerStep: Bool) throws(SimulateError) {
    let size = self.byteCount(inputPerStep)
    guard byteCount == samples * size else {
      throw SimulateError(
        .wrongSample,
        "\(byteCount) bytes are not \(samples) samples of \(size) bytes"
          + (inputPerStep ? " (\(network.timeSteps) steps of \(sampleSize))." : "."),
        fix: "give the data that the network was fitted for")
    }
  }

  /// - Parameter sample: one column or as many as there are time steps.
  func outcome(of sample: ArraySlice<UInt8>, _ state: SimulationState) -> Outcome {
    state.columns = network.inputMaps(sample)
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
