import CSpikeKernels

/// The non-zero elements of a map, in order: what event-driven kernels walk over.
public final class EventList: @unchecked Sendable {
  /// Positions (pixels) of the map.
  public let positions: Int
  /// Channels of the map.
  public let channels: Int
  /// Number of events that were collected last.
  public private(set) var count = 0
  let indices: IntegerBuffer
  let amounts: IntegerBuffer
  let starts: IntegerBuffer

  /// Makes room for the events of a map of `positions` times `channels` elements.
  public init(positions: Int, channels: Int) {
    self.positions = positions
    self.channels = channels
    indices = IntegerBuffer(count: positions * channels)
    amounts = IntegerBuffer(count: positions * channels)
    starts = IntegerBuffer(count: positions + 1)
  }

  /// Collects the events of `map`, whose element count must fit.
  /// - Complexity: O(elements).
  public func collect(from map: IntegerBuffer) {
    precondition(map.count == positions * channels, "the map does not fit the list")
    count = unsafe Int(
      spike_sim_collect(
        map.start, Int32(positions), Int32(channels), indices.start, amounts.start, starts.start))
  }

  /// Synaptic operations of the collected events, given the synapses behind each element.
  /// - Returns: `events`, the sum over events, and `weighted`, the same times their amounts.
  public func operations(fanOut: IntegerBuffer) -> (events: Int64, weighted: Int64) {
    precondition(fanOut.count == positions * channels, "the fan-out does not fit the list")
    var events: Int64 = 0
    var weighted: Int64 = 0
    unsafe spike_sim_operations(
      indices.start, amounts.start, Int32(count), fanOut.start, &events, &weighted)
    return (events, weighted)
  }
}

/// Geometry of a convolution between two maps; sizes are `(height, width)`.
public struct EventConvolution: Hashable, Sendable {
  /// Of the map that the kernel slides over.
  public var inputSize: [Int]
  /// Of the map that receives.
  public var outputSize: [Int]
  /// Channels in and out.
  public var inputChannels: Int, outputChannels: Int
  /// Kernel, steps, border in front and distance of the taps.
  public var kernel: [Int], strides: [Int], padsBefore: [Int], dilations: [Int]
  /// Channel groups.
  public var groups: Int

  /// Makes a geometry.
  public init(
    inputSize: [Int], outputSize: [Int], inputChannels: Int, outputChannels: Int, kernel: [Int],
    strides: [Int], padsBefore: [Int], dilations: [Int], groups: Int
  ) {
    self.inputSize = inputSize
    self.outputSize = outputSize
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.kernel = kernel
    self.strides = strides
    self.padsBefore = padsBefore
    self.dilations = dilations
    self.groups = groups
  }

  /// Elements between two weight rows: output channels of a group, rounded up to whole vectors.
  public var rowStride: Int { SimulateKernels.rowStride(outputChannels / max(1, groups)) }
}

/// Integer constants of a population; states are in units of `2^-shift` integers.
public struct EventNeurons: Sendable {
  /// Positions and channels of the map.
  public var positions: Int, channels: Int
  /// Per channel, in units of the state.
  public var thresholds: IntegerBuffer, biases: IntegerBuffer
  /// Left shift of the sums: 6 on Loihi.
  public var shift: Int
  /// Shares of 4096 that are left of current and potential after a step.
  public var currentKeep: Int, membraneKeep: Int
  /// Whether states have 24 bits: the current wraps once, the potential is clipped.
  public var has24BitStates: Bool
  /// Whether sums wrap to 24 bits before the shift.
  public var wrapsSums: Bool
  /// Whether neurons spike; a read-out does not.
  public var spikes: Bool
  /// Whether they spike above the threshold only.
  public var spikesAboveOnly: Bool
  /// Potential after a spike in units of the state; nil: the threshold is subtracted.
  public var resetValue: Int32?
  /// Whether a neuron spikes as often as its threshold fits into the potential, at most 255 times a
  /// step, and potentials saturate at 16 bits (DYNAP-CNN); thresholds are at least 1.
  public var spikesSeveralTimes: Bool

  /// Makes the constants.
  public init(
    positions: Int, channels: Int, thresholds: IntegerBuffer, biases: IntegerBuffer, shift: Int,
    currentKeep: Int, membraneKeep: Int, has24BitStates: Bool, wrapsSums: Bool, spikes: Bool,
    spikesAboveOnly: Bool, resetValue: Int32?, spikesSeveralTimes: Bool = false
  ) {
    precondition(thresholds.count == channels && biases.count == channels, "one per channel")
    precondition(
      !spikesSeveralTimes || thresholds.array().allSatisfy { $0 > 0 }, "thresholds of at least 1")
    self.spikesSeveralTimes = spikesSeveralTimes
    self.positions = positions
    self.channels = channels
    self.thresholds = thresholds
    self.biases = biases
    self.shift = shift
    self.currentKeep = currentKeep
    self.membraneKeep = membraneKeep
    self.has24BitStates = has24BitStates
    self.wrapsSums = wrapsSums
    self.spikes = spikes
    self.spikesAboveOnly = spikesAboveOnly
    self.resetValue = resetValue
  }
}

/// What happened in the steps of a population.
public struct EventCounts: Hashable, Sendable {
  /// Spikes.
  public var spikes: Int64 = 0
  /// Potentials that a step changed before the reset (NeuroBench: membrane updates).
  public var updates: Int64 = 0
  /// Currents that left 24 bits and wrapped.
  public var wraps: Int64 = 0
  /// Potentials that left the range of states and were clipped, and numbers of spikes.
  public var clips: Int64 = 0

  /// All zero.
  public init() {}
}

/// The C kernels of the integer simulator. Maps are channels last.
public enum SimulateKernels {
  /// Elements between two weight rows of `outputs` targets: whole vectors of 16.
  public static func rowStride(_ outputs: Int) -> Int { (outputs + 15) / 16 * 16 }

  /// Adds `amount · weights[index]` to `sums` for every event; rows are `rowStride(outputs)` apart.
  /// - Complexity: O(events · outputs).
  public static func dense(
    _ events: EventList, weights: IntegerBuffer, outputs: Int, into sums: IntegerBuffer
  ) {
    let stride = rowStride(outputs)
    precondition(weights.count >= events.positions * events.channels * stride, "weights missing")
    precondition(sums.count >= outputs, "sums too short")
    unsafe spike_sim_dense(
      events.indices.start, events.amounts.start, Int32(events.count), weights.start,
      Int32(outputs), Int32(stride), sums.start)
  }

  /// Adds the cross-correlation of the events to `sums`; weights are `[tap][channel][rowStride]`.
  /// - Complexity: O(events · taps · output channels per group).
  public static func convolution(
    _ events: EventList, _ geometry: EventConvolution, weights: IntegerBuffer,
    into sums: IntegerBuffer
  ) {
    let taps = geometry.kernel[0] * geometry.kernel[1]
    precondition(events.positions == geometry.inputSize[0] * geometry.inputSize[1], "positions")
    precondition(events.channels == geometry.inputChannels, "channels")
    precondition(
      weights.count >= taps * geometry.inputChannels * geometry.rowStride, "weights missing")
    precondition(
      sums.count >= geometry.outputSize[0] * geometry.outputSize[1] * geometry.outputChannels,
      "sums too short")
    var c = spike_sim_convolution_geometry(
      height: Int32(geometry.inputSize[0]), width: Int32(geometry.inputSize[1]),
      channels: Int32(geometry.inputChannels), out_height: Int32(geometry.outputSize[0]),
      out_width: Int32(geometry.outputSize[1]), out_channels: Int32(geometry.outputChannels),
      kernel_height: Int32(geometry.kernel[0]), kernel_width: Int32(geometry.kernel[1]),
      stride_height: Int32(geometry.strides[0]), stride_width: Int32(geometry.strides[1]),
      pad_height: Int32(geometry.padsBefore[0]), pad_width: Int32(geometry.padsBefore[1]),
      dilation_height: Int32(geometry.dilations[0]), dilation_width: Int32(geometry.dilations[1]),
      groups: Int32(geometry.groups), stride: Int32(geometry.rowStride))
    unsafe spike_sim_convolution(
      &c, events.indices.start, events.amounts.start, events.starts.start, weights.start,
      sums.start)
  }

  /// Sums of the tiles of a map; rows and columns left over are dropped.
  public static func sumPool(
    _ map: IntegerBuffer, size: [Int], channels: Int, window: [Int], into sums: IntegerBuffer
  ) {
    precondition(map.count == size[0] * size[1] * channels, "the map has another size")
    precondition(
      sums.count == (size[0] / window[0]) * (size[1] / window[1]) * channels, "the sums have")
    unsafe spike_sim_sum_pool(
      map.start, Int32(size[0]), Int32(size[1]), Int32(channels), Int32(window[0]),
      Int32(window[1]), sums.start)
  }

  /// Adds a map to `sums`, element by element.
  public static func add(_ map: IntegerBuffer, into sums: IntegerBuffer) {
    precondition(map.count == sums.count, "maps of different size")
    unsafe spike_sim_add(map.start, Int32(map.count), sums.start)
  }

  /// One time step of a population: sums in, spikes out, states changed in place.
  public static func step(
    _ neurons: EventNeurons, sums: IntegerBuffer, currents: IntegerBuffer,
    potentials: IntegerBuffer, spikes: IntegerBuffer, counts: inout EventCounts
  ) {
    let count = neurons.positions * neurons.channels
    precondition(
      sums.count == count && currents.count == count && potentials.count == count
        && spikes.count == count, "a state has another size")
    var c = unsafe spike_sim_neurons(
      positions: Int32(neurons.positions), channels: Int32(neurons.channels),
      thresholds: neurons.thresholds.start, biases: neurons.biases.start,
      shift: Int32(neurons.shift), current_keep: Int32(neurons.currentKeep),
      membrane_keep: Int32(neurons.membraneKeep), bits24: neurons.has24BitStates ? 1 : 0,
      wraps_sums: neurons.wrapsSums ? 1 : 0, spikes: neurons.spikes ? 1 : 0,
      above_only: neurons.spikesAboveOnly ? 1 : 0,
      by_subtraction: neurons.resetValue == nil ? 1 : 0, reset_value: neurons.resetValue ?? 0,
      several: neurons.spikesSeveralTimes ? 1 : 0)
    var result = spike_sim_counts()
    unsafe spike_sim_step(
      &c, sums.start, currents.start, potentials.start, spikes.start, &result)
    counts.spikes += result.spikes
    counts.updates += result.updates
    counts.wraps += result.wraps
    counts.clips += result.clips
  }
}
