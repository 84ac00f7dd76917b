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

/// Fisher Spike Contribution by time step: FSC-T_j = ½ E_n[Σ_t (Σ_x s_j d_j)²], a gate for every step;
/// what cancels between steps still counts.
public struct FisherStepScore: ChannelScore {
  /// Makes the rule.
  public init() {}
  /// The stable name.
  public var name: String { "fsc-t" }
  /// Backward passes are needed.
  public var needsAdjoints: Bool { true }
  /// The score of each channel.
  public func scores(of evidence: ChannelEvidence, seed: UInt64) -> [Double] {
    evidence.fisherSteps
  }
}

/// Fisher Spike Contribution, factored: FSC-K_j = ½ Σ_i w_ij² (Σ_t E[e_i²]) r_j, because spikes are
/// binary and E[s²] = r.
public struct FisherRateScore: ChannelScore {
  /// Makes the rule.
  public init() {}
  /// The stable name.
  public var name: String { "fsc-k" }
  /// Backward passes are needed.
  public var needsAdjoints: Bool { true }
  /// The score of each channel.
  public func scores(of evidence: ChannelEvidence, seed: UInt64) -> [Double] {
    evidence.fisherRate
  }
}
