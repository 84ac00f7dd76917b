public import SpikeDiagnostics
public import SpikeGraph

/// What a conversion gives: the spiking network, and how good it is layer by layer.
public struct ConversionResult: Sendable {
  /// The network, at stage ``ModelStage/spiking``. Its last history record has the metric
  /// `logits.scale`: logits = scale · potential / time steps.
  public var model: Model
  /// One report for each population, in graph order.
  public var layers: [LayerReport]
  /// What the user should know.
  public var findings: [Finding]
}

/// How one activation became a population.
public struct LayerReport: Hashable, Sendable {
  /// Name of the node.
  public var name: String
  /// Shape of the population.
  public var shape: Shape
  /// Smallest, mean and largest threshold of its neurons, in the units of the ANN's activation: the
  /// activation that a spike in every step stands for.
  public var threshold: ThresholdSummary
  /// Share of the positive activations that lie above the threshold.
  public var shareClipped: Double
  /// mean |φ - a| / mean a on the calibration data, where a is the ANN's activation and φ what the
  /// spikes of the window stand for.
  public var rateError: Double
  /// Mean spikes per neuron and time step, 0…1.
  public var meanRate: Double
  /// Channels without any spike on the calibration data.
  public var silentChannels: Int
}

/// The thresholds of a population in three numbers.
public struct ThresholdSummary: Hashable, Sendable {
  /// The smallest.
  public var minimum: Double
  /// The mean.
  public var mean: Double
  /// The largest.
  public var maximum: Double

  init(_ values: [Float]) {
    minimum = Double(values.min() ?? 0)
    maximum = Double(values.max() ?? 0)
    mean = values.reduce(0.0) { $0 + Double($1) } / Double(max(1, values.count))
  }
}

/// How far a conversion has come, for a progress line.
public struct ConversionProgress: Hashable, Sendable {
  /// What is being done, for example `activations`.
  public var step: String
  /// Samples or layers that are done.
  public var completed: Int
  /// Samples or layers in all.
  public var total: Int
}

/// Accuracy after a number of time steps.
public struct AccuracyPoint: Hashable, Sendable {
  /// Time steps; 1 for an ANN.
  public var timeSteps: Int
  /// Share of the samples whose largest output is that of their label.
  public var accuracy: Double

  /// Makes a point.
  public init(timeSteps: Int, accuracy: Double) {
    self.timeSteps = timeSteps
    self.accuracy = accuracy
  }
}
