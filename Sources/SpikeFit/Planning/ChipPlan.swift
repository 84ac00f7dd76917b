public import SpikeGraph

/// How a network is made to fit a chip, decided before training.
public struct ChipPlan: Hashable, Sendable {
  /// Channels of a group: all populations that lose the same channels.
  public struct Channels: Hashable, Sendable {
    /// Name of the first population.
    public var node: String
    /// Channels that the network has.
    public var before: Int
    /// Channels that the chip has room for, jointly with all others.
    public var atMost: Int
  }

  /// A limit with what the planned network needs of it.
  public struct Count: Hashable, Sendable {
    /// Name of the limit.
    public var limit: String
    /// Where; nil for the whole network.
    public var place: String?
    /// Needed by the network as it is.
    public var before: Int
    /// Needed by the planned network, at most.
    public var planned: Int
    /// What the chip has.
    public var allowed: Int
  }

  /// Number M of distinct non-zero weights in a codebook; nil for any integer.
  public var uniqueWeights: Int?
  /// Numbers of single layers, where they differ.
  public var layers = FitOptions.Layers()
  /// Weights that share a codebook.
  public var scope: CodebookScope
  /// Whether 0 is allowed on top.
  public var hasFreeZero: Bool
  /// Every group of channels that can be pruned.
  public var channels: [Channels]
  /// Every stated limit.
  public var counts: [Count]
  /// Limits that cannot be met; empty where the network fits.
  public var shortfalls: [ChipShortfall]
  /// Estimated noise of all currents as a share of their signal, summed over layers; nil where no
  /// other plan was possible.
  public var damage: Double?
  /// What was chosen and why.
  public var lines: [String]

  /// Whether the network can be made to fit.
  public var isPossible: Bool { shortfalls.isEmpty }
  /// Channels that must go, of all that can.
  public var removed: (channels: Int, of: Int) {
    (
      channels.reduce(0) { $0 + $1.before - $1.atMost },
      channels.reduce(0) { $0 + $1.before }
    )
  }

  /// Puts the plan into the options of a fit.
  public func apply(to options: inout FitOptions) {
    options.uniqueWeights = uniqueWeights
    options.layers = layers
    options.scope = scope
    options.hasFreeZero = hasFreeZero
    options.chip = FitOptions.Chip(
      mostChannels: Dictionary(
        uniqueKeysWithValues: channels.filter { $0.atMost < $0.before }.map {
          ($0.node, $0.atMost)
        }), reasons: lines)
  }
}
