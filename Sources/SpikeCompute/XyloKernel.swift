import CSpikeKernels

/// A Xylo core: constants of its neurons and rows of weights (docs/formats/xylo.md).
public struct XyloKernel: Sendable {
  /// Input lines, hidden neurons, output neurons.
  public let inputCount: Int, hiddenCount: Int, outputCount: Int
  private let inputRows: IntegerBuffer
  private let hiddenRows: IntegerBuffer
  private let outputRows: IntegerBuffer
  private let thresholds: IntegerBuffer
  private let biases: IntegerBuffer
  private let currentDashes: IntegerBuffer
  private let membraneDashes: IntegerBuffer
  private let hasBias: Bool

  /// All neurons, the hidden ones first.
  public var neuronCount: Int { hiddenCount + outputCount }

  /// Lays the constants out.
  /// - Parameters:
  ///   - inputRows: weights into the hidden neurons, by input line.
  ///   - hiddenRows: weights into the hidden neurons, by hidden neuron.
  ///   - outputRows: weights into the outputs, by hidden neuron.
  ///   - thresholds: by neuron, at least 1; `biases` and dashes (0…15) alike.
  public init(
    inputRows: [[Int32]], hiddenRows: [[Int32]], outputRows: [[Int32]], thresholds: [Int32],
    biases: [Int32], currentDashes: [Int32], membraneDashes: [Int32]
  ) {
    inputCount = inputRows.count
    hiddenCount = hiddenRows.count
    outputCount = thresholds.count - hiddenRows.count
    let count = hiddenCount + outputCount
    precondition(
      (inputRows + hiddenRows).allSatisfy { [hiddenCount] in $0.count == hiddenCount }
        && outputRows.count == hiddenCount
        && outputRows.allSatisfy { [outputCount] in $0.count == outputCount },
      "rows of another length")
    precondition(
      biases.count == count && currentDashes.count == count && membraneDashes.count == count,
      "one number for each neuron")
    precondition(
      thresholds.allSatisfy { $0 >= 1 }
        && (currentDashes + membraneDashes).allSatisfy { (0...15).contains($0) },
      "thresholds are positive, dashes 0 to 15")
    func padded(_ rows: [[Int32]], _ width: Int) -> IntegerBuffer {
      let padding = [Int32](repeating: 0, count: SimulateKernels.rowStride(width) - width)
      return IntegerBuffer(rows.flatMap { $0 + padding })
    }
    self.inputRows = padded(inputRows, hiddenCount)
    self.hiddenRows = padded(hiddenRows, hiddenCount)
    self.outputRows = padded(outputRows, outputCount)
    self.thresholds = IntegerBuffer(thresholds)
    self.biases = IntegerBuffer(biases)
    self.currentDashes = IntegerBuffer(currentDashes)
    self.membraneDashes = IntegerBuffer(membraneDashes)
    hasBias = biases.contains { $0 != 0 }
  }

  /// Working memory of one core; one per thread.
  public final class State {
    /// By neuron, the hidden ones first.
    public let currents: IntegerBuffer, potentials: IntegerBuffer
    /// Spikes of the last step by neuron: several of a hidden one, at most one of an output.
    public let spikes: IntegerBuffer

    /// All zero.
    public init(_ kernel: XyloKernel) {
      currents = IntegerBuffer(count: kernel.neuronCount)
      potentials = IntegerBuffer(count: kernel.neuronCount)
      spikes = IntegerBuffer(count: kernel.neuronCount)
    }

    /// Back to zero.
    public func reset() {
      for buffer in [currents, potentials, spikes] { buffer.fill(0) }
    }
  }

  /// One time step.
  /// - Parameter input: spikes by input line.
  /// - Complexity: O(spiking sources · neurons).
  public func step(_ input: IntegerBuffer, _ state: State, counts: inout XyloCounts) {
    precondition(input.count == inputCount, "\(input.count) values for \(inputCount) lines")
    precondition(state.spikes.count == neuronCount, "another core's state")
    var core = unsafe spike_sim_xylo(
      inputs: Int32(inputCount), hidden: Int32(hiddenCount), outputs: Int32(outputCount),
      hidden_stride: Int32(SimulateKernels.rowStride(hiddenCount)),
      output_stride: Int32(SimulateKernels.rowStride(outputCount)), input_rows: inputRows.start,
      hidden_rows: hiddenRows.start, output_rows: outputRows.start, thresholds: thresholds.start,
      biases: biases.start, current_dashes: currentDashes.start,
      membrane_dashes: membraneDashes.start, has_bias: hasBias ? 1 : 0)
    var result = spike_sim_xylo_counts(operations: 0, updates: 0, clips: 0)
    unsafe spike_sim_xylo_step(
      &core, input.start, state.currents.start, state.potentials.start, state.spikes.start,
      &result)
    counts.operations += result.operations
    counts.updates += result.updates
    counts.clips += result.clips
  }
}

/// What happened on a Xylo core.
public struct XyloCounts: Hashable, Sendable {
  /// Synapses that spikes passed.
  public var operations: Int64 = 0
  /// Potentials that a step changed before the reset.
  public var updates: Int64 = 0
  /// States that saturated at 16 bits.
  public var clips: Int64 = 0

  /// All zero.
  public init() {}
}
