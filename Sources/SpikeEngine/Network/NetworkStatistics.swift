/// Activity of a network on some samples, per sample and over all time steps, in the terms of
/// NeuroBench v1 (Yik et al. 2025): a projection's operations are accumulations where all of its
/// inputs are -1, 0 or 1, and multiply-accumulations otherwise; zero inputs and zero weights do
/// not count, biases do not count.
public struct NetworkStatistics: Hashable, Sendable {
  /// Number of samples.
  public var samples: Int
  /// Time steps of the window.
  public var timeSteps: Int
  /// Spiking populations, in node order.
  public var populations: [PopulationStatistics]
  /// Convolutions and matrix products, in node order.
  public var projections: [ProjectionStatistics]
  /// Share of zeros among the outputs of populations and activation functions.
  public var activationSparsity: Double

  /// Accumulations per sample in all projections.
  public var effectiveACs: Double { projections.reduce(0) { $0 + $1.effectiveACs } }
  /// Multiply-accumulations per sample in all projections.
  public var effectiveMACs: Double { projections.reduce(0) { $0 + $1.effectiveMACs } }
  /// Operations per sample if all inputs and weights counted.
  public var dense: Double { projections.reduce(0) { $0 + $1.dense } }
  /// Spikes per sample in all populations.
  public var spikes: Double { populations.reduce(0) { $0 + $1.spikes } }

  /// Makes statistics.
  public init(
    samples: Int, timeSteps: Int, populations: [PopulationStatistics],
    projections: [ProjectionStatistics], activationSparsity: Double
  ) {
    self.samples = samples
    self.timeSteps = timeSteps
    self.populations = populations
    self.projections = projections
    self.activationSparsity = activationSparsity
  }
}

/// Activity of one population.
public struct PopulationStatistics: Hashable, Sendable {
  /// Name of the node.
  public var node: String
  /// Neurons.
  public var neurons: Int
  /// Spikes per sample, over all neurons and steps.
  public var spikes: Double
  /// Spikes per neuron and step.
  public var rate: Double

  /// Makes statistics.
  public init(node: String, neurons: Int, spikes: Double, rate: Double) {
    self.node = node
    self.neurons = neurons
    self.spikes = spikes
    self.rate = rate
  }
}

/// Operations of one layer of synapses per sample, over all steps. A layer whose input is the
/// same in all steps counts in each of them, although this engine evaluates it once.
public struct ProjectionStatistics: Hashable, Sendable {
  /// Name of the node.
  public var node: String
  /// Accumulations; 0 where the input is graded.
  public var effectiveACs: Double
  /// Multiply-accumulations; 0 where the input is made of spikes.
  public var effectiveMACs: Double
  /// Operations if all inputs and weights counted.
  public var dense: Double

  /// Makes statistics.
  public init(node: String, effectiveACs: Double, effectiveMACs: Double, dense: Double) {
    self.node = node
    self.effectiveACs = effectiveACs
    self.effectiveMACs = effectiveMACs
    self.dense = dense
  }
}
