/// What the chip stores: integer weights as codebook indices, integer thresholds and biases, the
/// wiring, and how to run it. The code twin of `docs/format.md`.
///
/// Quantities are integers in the chip's units; `*Scale` fields say what integer 1 means in the
/// units of the model it came from. Values flow from the input through populations, in order.
public struct Bundle: Hashable, Sendable {
  /// Name of the network for people.
  public var name: String
  /// Who wrote it, for example `sfconv 0.1.0`.
  public var producer: String
  /// Name of the hardware spec that it was lowered for, for example `loihi2`.
  public var target: String
  /// Integer arithmetic in which the numbers are meant.
  public var arithmetic: Arithmetic
  /// Time steps per inference.
  public var timeSteps: Int
  /// How data enter.
  public var input: InputPort
  /// Neurons, in an order in which every source comes before its reader, or is its reader.
  public var populations: [Population]
  /// Synapses, ordered by target population.
  public var projections: [Projection]
  /// Codebooks that projections refer to by position.
  public var codebooks: [Codebook]
  /// How the answer is read.
  public var readout: Readout
  /// Class names, where known.
  public var labels: [String]
  /// Figures worth keeping with the bundle (accuracy, hashes of the inputs), by name.
  public var metadata: [String: String]

  /// Makes a bundle.
  public init(
    name: String, producer: String, target: String, arithmetic: Arithmetic, timeSteps: Int,
    input: InputPort, populations: [Population], projections: [Projection],
    codebooks: [Codebook], readout: Readout, labels: [String] = [],
    metadata: [String: String] = [:]
  ) {
    self.name = name
    self.producer = producer
    self.target = target
    self.arithmetic = arithmetic
    self.timeSteps = timeSteps
    self.input = input
    self.populations = populations
    self.projections = projections
    self.codebooks = codebooks
    self.readout = readout
    self.labels = labels
    self.metadata = metadata
  }
}

/// Integer arithmetic of a chip family.
public enum Arithmetic: String, Hashable, Sendable, CaseIterable {
  /// Loihi CUBA LIF, fixed point: 24-bit states, weights and thresholds shifted left by 6.
  case loihiCuba = "loihi-cuba"
  /// Plain two's-complement integers, wide enough never to wrap.
  case plain = "plain"
  /// tinyODIN: one spike after the other, 12-bit signed potentials that saturate, linear leak.
  case tinyOdin = "tinyodin"
  /// ODIN: one spike after the other, 8-bit unsigned potentials that saturate, linear leak.
  case odin = "odin"
  /// Xylo: 16-bit states that saturate, decays by shifts, several spikes a step; a spike of a neuron
  /// arrives one step later.
  case xylo = "xylo"
  /// Cores of DYNAP-CNN (Speck): 16-bit potentials that saturate, no leak, several spikes a step.
  case speck = "speck"

  /// Whether a leak is a constant by which potentials move towards 0.
  public var hasLinearLeak: Bool { self == .tinyOdin || self == .odin }

  /// Spikes that a neuron may send in one step to synapses that sum them up.
  package var mostSpikes: Int { self == .speck ? SpeckNumbers.mostSpikes : 1 }
}

/// How data enter the network: the same graded spikes in every time step.
public struct InputPort: Hashable, Sendable {
  /// Shape of one sample, `[C, H, W]` or `[N]`.
  public var shape: [Int]
  /// Bits of an unsigned graded spike, 1…8; raw bytes arrive as `raw >> (8 - bits)`.
  public var bits: Int

  /// Makes an input port.
  public init(shape: [Int], bits: Int) {
    self.shape = shape
    self.bits = bits
  }
}

/// Neurons that are configured alike.
public struct Population: Hashable, Sendable {
  /// What a spike does to the potential.
  public enum Reset: Hashable, Sendable {
    /// The threshold is subtracted.
    case bySubtraction
    /// The potential becomes the given integer.
    case toValue(Int32)
  }

  /// Name, unique in the bundle.
  public var name: String
  /// `[C, H, W]` or `[N]`.
  public var shape: [Int]
  /// Neuron model as NIR spells it: `IF`, `LIF`, `CubaLIF`, `LI`.
  public var model: String
  /// What a spike does; nil for `LI`, which never spikes.
  public var reset: Reset?
  /// True if a neuron spikes above the threshold only, false if at the threshold too.
  public var spikesAboveOnly: Bool
  /// Integer thresholds: one, or one per channel (first axis). Empty for `LI`.
  public var thresholds: [Int32]
  /// Integer biases per step: none, or one per channel.
  public var biases: [Int32]
  /// Potential before the first step, in integers: one, or one per channel.
  public var initialPotentials: [Int32]
  /// Share of the potential that is lost each step, in 1/4096: 0 is no leak. In the arithmetic of
  /// tinyODIN and ODIN the integer by which a step moves the potential towards 0; in that of Xylo the
  /// dash, 0…15: the potential loses its 2^dash-th part, at least 1.
  public var membraneDecay: Int32
  /// Share of the synaptic current that is lost each step, in 1/4096: 4096 is no memory. In the
  /// arithmetic of Xylo the dash, 0…15.
  public var currentDecay: Int32
  /// What integer 1 of potential, threshold and bias means in the units of the model.
  public var scale: Float

  /// Makes a population.
  public init(
    name: String, shape: [Int], model: String, reset: Reset?, spikesAboveOnly: Bool,
    thresholds: [Int32], biases: [Int32], initialPotentials: [Int32] = [0],
    membraneDecay: Int32 = 0, currentDecay: Int32 = 4096, scale: Float = 1
  ) {
    self.name = name
    self.shape = shape
    self.model = model
    self.reset = reset
    self.spikesAboveOnly = spikesAboveOnly
    self.thresholds = thresholds
    self.biases = biases
    self.initialPotentials = initialPotentials
    self.membraneDecay = membraneDecay
    self.currentDecay = currentDecay
    self.scale = scale
  }

  /// Number of neurons.
  public var neuronCount: Int { shape.reduce(1, *) }
}

/// Where spikes come from.
public enum Source: Hashable, Sendable {
  /// The input port.
  case input
  /// A population, by position.
  case population(Int)
}

/// Sum pooling in front of a projection: each window's spikes are added.
public struct PoolingWindow: Hashable, Sendable {
  /// Window size `[H, W]`; windows tile the source (stride = size, no border).
  public var size: [Int]

  /// Makes a window.
  public init(size: [Int]) { self.size = size }
}

/// Synapses of one kind between sources and one target population.
public struct Projection: Hashable, Sendable {
  /// How synapses are laid out.
  public enum Kind: Hashable, Sendable {
    /// Every source neuron to every target neuron; weight `[out, in]`, `in` in C, H, W order.
    case dense
    /// Cross-correlation; weight `[out, in/groups, kH, kW]`.
    case convolution(
      strides: [Int], padsBefore: [Int], padsAfter: [Int], dilations: [Int], groups: Int)
  }

  /// Name, unique in the bundle.
  public var name: String
  /// Sources of one shape; the spikes of several are added (residual connection). The target itself
  /// may be the only source: recurrent synapses, which bring the spikes of the step before.
  public var sources: [Source]
  /// Position of the target population.
  public var target: Int
  /// Sum pooling between sources and synapses.
  public var pooling: PoolingWindow?
  /// Layout of the synapses.
  public var kind: Kind
  /// Shape of the weight.
  public var weightShape: [Int]
  /// Codebook of the whole weight (one element), or one per output channel.
  public var codebooks: [Int]
  /// One index per weight, row-major. Index 0…M-1 into the codebook.
  public var indices: [UInt8]
  /// Time steps of delay on top of the chip's own; 0 is none. The longest of ``sourceDelays``.
  public var delay: Int
  /// Time steps of delay of each element of a source in C, H, W order, in front of a pool, where they
  /// differ; else empty, and ``delay`` is that of all.
  public var sourceDelays: [Int]

  /// Makes a projection.
  public init(
    name: String, sources: [Source], target: Int, pooling: PoolingWindow? = nil, kind: Kind,
    weightShape: [Int], codebooks: [Int], indices: [UInt8], delay: Int = 0,
    sourceDelays: [Int] = []
  ) {
    self.name = name
    self.sources = sources
    self.target = target
    self.pooling = pooling
    self.kind = kind
    self.weightShape = weightShape
    self.codebooks = codebooks
    self.indices = indices
    self.delay = delay
    self.sourceDelays = sourceDelays
  }

  /// Whether the target is its own source: its spikes arrive a step later, and ``delay`` on top.
  public var isRecurrent: Bool { sources.contains(.population(target)) }
}

/// The allowed integer weights of a layer or channel, ascending; includes 0 where absent synapses
/// are stored as a value of their own.
public struct Codebook: Hashable, Sendable {
  /// Integer values, strictly ascending, 1…256 of them.
  public var entries: [Int32]
  /// True if 0 among the entries means "no synapse" and does not count as a unique weight.
  public var zeroIsAbsent: Bool
  /// What integer 1 means in the units of the model.
  public var scale: Float

  /// Makes a codebook.
  public init(entries: [Int32], zeroIsAbsent: Bool, scale: Float) {
    self.entries = entries
    self.zeroIsAbsent = zeroIsAbsent
    self.scale = scale
  }

  /// Number of unique weights that the chip must hold.
  public var uniqueCount: Int { entries.count - (zeroIsAbsent && entries.contains(0) ? 1 : 0) }
}

/// How the answer is read from the last population.
public enum Readout: String, Hashable, Sendable, CaseIterable {
  /// The neuron with the largest potential after the last step; ties go to the lowest index.
  case largestPotential = "largest-potential"
  /// The neuron with the most spikes; ties go to the lowest index.
  case mostSpikes = "most-spikes"
}

extension Projection {
  /// The integer weights that the indices stand for, row-major.
  /// - Complexity: O(weights).
  public func weights(from books: [Codebook]) -> [Int32] {
    guard codebooks.count > 1 else {
      let entries = books[codebooks[0]].entries
      return indices.map { entries[Int($0)] }
    }
    let perChannel = indices.count / max(1, codebooks.count)
    return indices.indices.map { books[codebooks[$0 / perChannel]].entries[Int(indices[$0])] }
  }
}
