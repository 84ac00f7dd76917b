extension FitOptions {
  /// How channels are chosen for removal.
  public struct Pruning: Sendable {
    /// The score; low ones go first.
    public var score: any ChannelScore
    /// Whether scores are divided by their mean in each population.
    public var isLayerNormalised: Bool
    /// Number of pruning events; 1 removes everything at once.
    public var events: Int
    /// Samples on which scores are measured.
    public var samples: Int
    /// No population loses more than this share of its channels, unless a chip asks for it.
    public var largestShare: Double
    /// Exponent η of the ranking by score / costᵑ, where the cost of a channel is the number of
    /// synaptic operations that it takes part in; 0 ranks by score alone.
    public var costExponent: Double
    /// Exponent x of the factor (n / left)ˣ by which a score grows as its layer of n channels thins
    /// out; 0 adds up scores as if channels were independent.
    public var crowding: Double
    /// Limits that hold after the last event.
    public var budgets: [Budget]
    /// Whether the mean effect of removed channels is added to the biases behind them.
    public var foldsMeans: Bool
    /// Temperature of the labels of Fisher scores.
    public var labelTemperature: Double
    /// Share of all synapses that is removed besides channels, by magnitude; needs codebooks with a
    /// free zero, or none.
    public var sparsity: Double

    /// Makes a choice.
    public init(
      score: any ChannelScore = FisherCentredScore(), isLayerNormalised: Bool = true,
      events: Int = 8, samples: Int = 256, largestShare: Double = 0.9, costExponent: Double = 0,
      crowding: Double = 1, budgets: [Budget] = [], foldsMeans: Bool = true,
      labelTemperature: Double = 4,
      sparsity: Double = 0
    ) {
      self.score = score
      self.isLayerNormalised = isLayerNormalised
      self.events = events
      self.samples = samples
      self.largestShare = largestShare
      self.costExponent = costExponent
      self.crowding = crowding
      self.budgets = budgets
      self.foldsMeans = foldsMeans
      self.labelTemperature = labelTemperature
      self.sparsity = sparsity
    }
  }

  /// An upper limit on something that channels cost.
  public struct Budget: Hashable, Sendable, Codable {
    /// What is limited.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
      /// Synaptic operations per sample, ACs and MACs as measured on the pruning samples.
      case operations = "synops"
      /// Neurons of all populations.
      case neurons
      /// Synapses: weights times the positions at which they are used.
      case synapses
      /// Bytes of the weights as stored: an index for each, and the values of codebooks.
      case bytes
    }

    /// What is limited.
    public var kind: Kind
    /// The limit.
    public var limit: Double
    /// Energy of one operation, where the limit was given as an energy; it only changes words.
    public var picojoules: Double?

    /// Makes a budget.
    public init(_ kind: Kind, _ limit: Double, picojoules: Double? = nil) {
      self.kind = kind
      self.limit = limit
      self.picojoules = picojoules
    }

    /// What is limited, as the user names it.
    public var name: String { picojoules == nil ? kind.rawValue : "energy" }

    /// An amount in the unit in which the limit was given: whole numbers, or nanojoules.
    public func text(of amount: Double) -> String {
      guard let picojoules else { return "\(Int(min(amount, 1e18)))" }
      return "\((amount * picojoules / 10).rounded() / 100) nJ"
    }
  }
}
