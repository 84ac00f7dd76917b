import SpikeBytes

/// First-order Taylor expansion: the square of the mean contribution to the loss with the true labels,
/// (E_n[Σ s_j d_j])² (Molchanov et al., CVPR 2019, formula 8, with a gate on the channel).
public struct TaylorScore: ChannelScore {
  /// Makes the rule.
  public init() {}
  /// The stable name.
  public var name: String { "taylor" }
  /// Backward passes are needed.
  public var needsAdjoints: Bool { true }
  /// True labels are needed.
  public var needsLabels: Bool { true }
  /// The score of each channel.
  public func scores(of evidence: ChannelEvidence, seed: UInt64) -> [Double] { evidence.taylor }
}

/// Singular values of the spikes: the mean over samples of the sum of singular values of the matrix
/// of a channel's spikes, time steps by positions. Our reading of the SVS criterion of QP-SNN (ICLR
/// 2025), which ranks by singular values of spatiotemporal spike activity.
public struct SingularValueScore: ChannelScore {
  /// Makes the rule.
  public init() {}
  /// The stable name.
  public var name: String { "svs" }
  /// No backward passes are needed.
  public var needsAdjoints: Bool { false }
  /// All spikes are needed.
  public var needsSpectra: Bool { true }
  /// The score of each channel.
  public func scores(of evidence: ChannelEvidence, seed: UInt64) -> [Double] { evidence.spectra }
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
