/// Everything about codebooks but their size and scope.
public struct CodebookOptions: Hashable, Sendable, Codable {
  /// Our method or a rival.
  public var method: CodebookMethod
  /// Which values a codebook can have; methods that fix it do not look at this.
  public var family: CodebookFamily
  /// Which rows are tied together beyond the scope of the codebook.
  public var tie: CodebookTie
  /// What happens to the factor of each output channel, where the target has a threshold for each.
  public var channelScales: ChannelScales
  /// Learning rate of the logarithm of a channel's factor, as a share of the rate of the weights.
  public var channelScaleShare: Float
  /// Importance of weights when values are first placed and placed anew.
  public var importance: Importance
  /// Largest strength of the pull of weights towards their values, per unit of learning rate; 0 for
  /// none. It grows from 0 along half a cosine while codebooks are trained.
  public var commitment: Float
  /// Share of the codebook phase in which assignment is soft, for ``CodebookMethod/catSoft``.
  public var softShare: Double

  /// One factor for each output channel, folded into threshold and bias.
  public enum ChannelScales: String, Hashable, Sendable, Codable, CaseIterable {
    /// All 1.
    case off
    /// The root mean square of the channel's weights at the start.
    case fixed
    /// Starts as ``fixed`` and is learned with the codebook.
    case learned
  }

  /// Importance F of a weight: Σ F (w - c)² is what clustering minimises.
  public enum Importance: String, Hashable, Sendable, Codable, CaseIterable {
    /// All weights alike.
    case none
    /// The second moment of Adam: squared batch gradients of late. Approximates the diagonal of the
    /// Fisher information up to a factor, with noise of the batch mean in it.
    case adam
    /// Sum of squared batch gradients since the start of training.
    case gradients
    /// The Fisher information of each weight, from gradients of single samples, measured once when
    /// codebooks start.
    case fisher
  }

  /// Makes options.
  public init(
    method: CodebookMethod = .cat, family: CodebookFamily = .free, tie: CodebookTie = .none,
    channelScales: ChannelScales = .learned, channelScaleShare: Float = 0.1,
    importance: Importance = .none, commitment: Float = 0, softShare: Double = 1.0 / 3
  ) {
    self.method = method
    self.family = family
    self.tie = tie
    self.channelScales = channelScales
    self.channelScaleShare = channelScaleShare
    self.importance = importance
    self.commitment = commitment
    self.softShare = softShare
  }

  /// The family in force.
  var effectiveFamily: CodebookFamily { method.family ?? family }
}

/// Rows that share more than their scope says.
public enum CodebookTie: Hashable, Sendable, Codable {
  /// Nothing.
  case none
  /// Blocks of this many output channels share a codebook: the channels of one core. For
  /// `CodebookScope.channel`.
  case core(channels: Int)
  /// Which value a weight has depends on its input alone, the values on the output channel: a
  /// crossbar whose axons have types, w_ij = S_j[G_i]. For `CodebookScope.channel`.
  case axon
}
