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
  /// FSC-T: ½ E[Σ_t (Σ_x s d)²].
  public var fisherSteps: [Double] = []
  /// FSC-K: ½ Σ w² (Σ E[e²]) r.
  public var fisherRate: [Double] = []
  /// (E[Σ s d])² for the loss with the true labels; empty where they were not asked for.
  public var taylor: [Double] = []
  /// Mean over samples of the sum of singular values of the T × positions matrix of spikes; empty
  /// where it was not asked for.
  public var spectra: [Double] = []

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
