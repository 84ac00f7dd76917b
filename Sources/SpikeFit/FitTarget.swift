public import SpikeGraph

/// What a chip lets the fitter use: ranges of its integers and the semantics of its neurons.
///
/// The caller fills it from a hardware spec; the fitter itself knows no chip by name.
public struct FitTarget: Hashable, Sendable {
  /// How the chip's neurons behave; the model's neurons are rewritten to it.
  public struct Semantics: Hashable, Sendable {
    /// What a spike does to the potential; `.toValue(0)` or `.bySubtraction`.
    public var reset: Neuron.Reset
    /// When a neuron spikes.
    public var comparator: Neuron.Comparator
    /// Potential before the first step as a share of the threshold.
    public var initialShare: Float

    /// Makes semantics.
    public init(
      reset: Neuron.Reset, comparator: Neuron.Comparator, initialShare: Float = 0
    ) {
      self.reset = reset
      self.comparator = comparator
      self.initialShare = initialShare
    }
  }

  /// How the chip's potentials and synaptic currents leak.
  public enum Leak: Hashable, Sendable {
    /// Any share of 1/4096 per step; states have so many bits behind the point, and what a decay
    /// leaves of them is rounded towards zero.
    case exponential(fractionBits: Int)
    /// None that a trained leak can become. The text says what the chip has instead, as the end of
    /// a sentence that begins with its name.
    case unsupported(String)
  }

  /// Name for people and for the history of the model.
  public var name: String
  /// Integers that a weight may be.
  public var weightRange: ClosedRange<Int>
  /// Integers that a threshold may be.
  public var thresholdRange: ClosedRange<Int>
  /// Integers that a bias may be; `0...0` for chips without biases.
  public var biasRange: ClosedRange<Int>
  /// Largest magnitude of a potential or of the sum of the inputs of one step.
  public var potentialLimit: Int
  /// Largest number M of distinct non-zero weights in one ``codebookScope``; nil for no limit.
  public var uniqueWeights: Int?
  /// The scope in which ``uniqueWeights`` counts.
  public var codebookScope: CodebookScope
  /// Whether every neuron or channel has its own threshold; else there is one per population.
  public var hasChannelThresholds: Bool
  /// Whether weights must avoid the values that Lava's loader gets wrong: a layer must not be all
  /// zero, and one without positive weights must not have a minimum of -2^k (netx 0.6.0 and
  /// lava-nc 0.10.0 disagree on the sign mode there).
  public var avoidsSignModeTraps: Bool
  /// How neurons behave; nil keeps the semantics of the model.
  public var semantics: Semantics?
  /// Bits of the graded input spikes, 1…8.
  public var inputBits: Int
  /// Pruned populations keep a multiple of this many channels.
  public var channelMultiple: Int
  /// How potentials leak.
  public var leak: Leak

  /// Makes a target; the defaults are ``neutral``.
  public init(
    name: String = "neutral", weightRange: ClosedRange<Int> = -128...127,
    thresholdRange: ClosedRange<Int> = 1...(1 << 23) - 1,
    biasRange: ClosedRange<Int> = -(1 << 23)...(1 << 23) - 1, potentialLimit: Int = (1 << 24) - 1,
    uniqueWeights: Int? = nil, codebookScope: CodebookScope = .layer,
    hasChannelThresholds: Bool = false, avoidsSignModeTraps: Bool = false,
    semantics: Semantics? = nil, inputBits: Int = 8, channelMultiple: Int = 1,
    leak: Leak = .exponential(fractionBits: 0)
  ) {
    self.name = name
    self.weightRange = weightRange
    self.thresholdRange = thresholdRange
    self.biasRange = biasRange
    self.potentialLimit = potentialLimit
    self.uniqueWeights = uniqueWeights
    self.codebookScope = codebookScope
    self.hasChannelThresholds = hasChannelThresholds
    self.avoidsSignModeTraps = avoidsSignModeTraps
    self.semantics = semantics
    self.inputBits = inputBits
    self.channelMultiple = channelMultiple
    self.leak = leak
  }

  /// 8-bit weights, potentials that float32 sums exactly, and the model's own neuron semantics.
  public static let neutral = FitTarget()

  /// Loihi as Lava's netx files describe it: hard reset to 0, `>`, potentials from 0, one 17-bit
  /// threshold per layer, 13-bit biases, 24-bit states of which 6 bits are fraction.
  public static let loihi = FitTarget(
    name: "loihi2", thresholdRange: 1...131_071, biasRange: -4096...4095,
    potentialLimit: 131_071, avoidsSignModeTraps: true,
    semantics: Semantics(reset: .toValue(0), comparator: .greater),
    leak: .exponential(fractionBits: 6))
}
