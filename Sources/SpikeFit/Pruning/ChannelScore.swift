/// A rule that says how much each channel of a population is worth; low scores are removed first.
///
/// To add a rival: one type that conforms, and its row in ``ChannelScores/all``.
public protocol ChannelScore: Sendable {
  /// Stable name, for options and tables.
  var name: String { get }
  /// Whether the rule needs backward passes.
  var needsAdjoints: Bool { get }
  /// Whether the rule needs a backward pass with the true labels.
  var needsLabels: Bool { get }
  /// Whether the rule needs the spikes of every neuron.
  var needsSpectra: Bool { get }
  /// One score of at least 0 for each channel.
  func scores(of evidence: ChannelEvidence, seed: UInt64) -> [Double]
}

extension ChannelScore {
  /// Rules without labels are the rule.
  public var needsLabels: Bool { false }
  /// Rules without spikes of single neurons are the rule.
  public var needsSpectra: Bool { false }
}

/// The scores by name.
public enum ChannelScores {
  /// All of them; the first is the default.
  public static let all: [any ChannelScore] = [
    FisherCentredScore(), FisherFactoredScore(), FisherScore(), FisherStepScore(),
    FisherRateScore(), TaylorScore(), SingularValueScore(), WeightNormScore(), FiringRateScore(),
    RandomScore(),
  ]

  /// The score with a name.
  public static func named(_ name: String) -> (any ChannelScore)? {
    all.first { $0.name == name }
  }
}
