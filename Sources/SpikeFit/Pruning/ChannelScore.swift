import SpikeBytes

/// What was measured of one spiking population, for scores. All lists are by channel.
public struct ChannelEvidence: Hashable, Sendable {
  /// Name of the population's node.
  public var node: String
  /// Spikes per neuron and step.
  public var rates: [Double]
  /// Variance over samples of the spikes of a channel per neuron and step.
  public var rateVariances: [Double]
  /// Σ |w| of the synapses into one neuron of a channel.
  public var incoming: [Double]
  /// FSC-N: ½ E[(Σ s d)²]; empty where adjoints were not asked for.
  public var fisher: [Double]
  /// FSC-C: ½ E[(Σ (s - r) d)²].
  public var fisherCentred: [Double]
  /// FSC-KC: ½ Σ w² (Σ E[e²]) Var(r).
  public var fisherFactored: [Double]

  /// Makes evidence.
  public init(
    node: String, rates: [Double], rateVariances: [Double], incoming: [Double],
    fisher: [Double] = [], fisherCentred: [Double] = [], fisherFactored: [Double] = []
  ) {
    self.node = node
    self.rates = rates
    self.rateVariances = rateVariances
    self.incoming = incoming
    self.fisher = fisher
    self.fisherCentred = fisherCentred
    self.fisherFactored = fisherFactored
  }
}

/// A rule that says how much each channel of a population is worth; low scores are removed first.
///
/// To add a rival: one type that conforms, and its row in ``ChannelScores/all``.
public protocol ChannelScore: Sendable {
  /// Stable name, for options and tables.
  var name: String { get }
  /// Whether the rule needs backward passes.
  var needsAdjoints: Bool { get }
  /// One score of at least 0 for each channel.
  func scores(of evidence: ChannelEvidence, seed: UInt64) -> [Double]
}

/// The scores by name.
public enum ChannelScores {
  /// All of them; the first is the default.
  public static let all: [any ChannelScore] = [
    FisherCentredScore(), FisherFactoredScore(), FisherScore(), WeightNormScore(),
    FiringRateScore(), RandomScore(),
  ]

  /// The score with a name.
  public static func named(_ name: String) -> (any ChannelScore)? {
    all.first { $0.name == name }
  }
}

/// Fisher Spike Contribution, centred: the second-order cost of removing a channel after its mean
/// effect has been folded into the biases behind it.
///
///     FSC-C_j = ½ E_n[(Σ_{t,x} (s_j - r_j) d_j)²]
///
/// with the adjoint d at the spikes and the mean rate r. The idea of a Fisher spike contribution
/// is from the abstract of SpikeFit (arXiv 2510.15542); the equation is ours, after Theis et al.
/// (arXiv 1801.05787).
public struct FisherCentredScore: ChannelScore {
  /// Makes the rule.
  public init() {}
  /// The stable name.
  public var name: String { "fsc-c" }
  /// Backward passes are needed.
  public var needsAdjoints: Bool { true }
  /// The score of each channel.
  public func scores(of evidence: ChannelEvidence, seed: UInt64) -> [Double] {
    evidence.fisherCentred
  }
}

/// Fisher Spike Contribution, factored and centred: the Fisher information of the neurons behind a
/// channel times the variance that the channel carries, FSC-KC_j = ½ Σ_i w_ij² (Σ_t E[e_i²]) Var(r_j).
public struct FisherFactoredScore: ChannelScore {
  /// Makes the rule.
  public init() {}
  /// The stable name.
  public var name: String { "fsc-kc" }
  /// Backward passes are needed.
  public var needsAdjoints: Bool { true }
  /// The score of each channel.
  public func scores(of evidence: ChannelEvidence, seed: UInt64) -> [Double] {
    evidence.fisherFactored
  }
}

/// Fisher Spike Contribution without centring: FSC-N_j = ½ E_n[(Σ s_j d_j)²].
public struct FisherScore: ChannelScore {
  /// Makes the rule.
  public init() {}
  /// The stable name.
  public var name: String { "fsc-n" }
  /// Backward passes are needed.
  public var needsAdjoints: Bool { true }
  /// The score of each channel.
  public func scores(of evidence: ChannelEvidence, seed: UInt64) -> [Double] { evidence.fisher }
}

/// The sum of the magnitudes of the weights into a channel (Li et al., ICLR 2017).
public struct WeightNormScore: ChannelScore {
  /// Makes the rule.
  public init() {}
  /// The stable name.
  public var name: String { "l1" }
  /// No backward passes are needed.
  public var needsAdjoints: Bool { false }
  /// The score of each channel.
  public func scores(of evidence: ChannelEvidence, seed: UInt64) -> [Double] { evidence.incoming }
}

/// The firing rate: silent channels go first.
public struct FiringRateScore: ChannelScore {
  /// Makes the rule.
  public init() {}
  /// The stable name.
  public var name: String { "rate" }
  /// No backward passes are needed.
  public var needsAdjoints: Bool { false }
  /// The score of each channel.
  public func scores(of evidence: ChannelEvidence, seed: UInt64) -> [Double] { evidence.rates }
}

/// Random numbers: what every score must beat.
public struct RandomScore: ChannelScore {
  /// Makes the rule.
  public init() {}
  /// The stable name.
  public var name: String { "random" }
  /// No backward passes are needed.
  public var needsAdjoints: Bool { false }
  /// The score of each channel.
  public func scores(of evidence: ChannelEvidence, seed: UInt64) -> [Double] {
    var key = seed
    for byte in evidence.node.utf8 { key = (key ^ UInt64(byte)) &* 0x100_0000_01B3 }
    var random = SplitMix64(seed: key)
    return evidence.rates.map { _ in random.uniform() }
  }
}
