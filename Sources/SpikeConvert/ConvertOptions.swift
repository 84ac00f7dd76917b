import SpikeDiagnostics
public import SpikeGraph

/// How thresholds follow from the activations of the calibration data.
public enum ThresholdRule: Hashable, Sendable {
  /// The largest activation: nothing is clipped, small values are lost at few time steps
  /// (Diehl et al. 2015).
  case maximum
  /// The value below which a share of the positive activations lies, for example 0.999
  /// (Rueckauer et al. 2017).
  case percentile(Double)
  /// The threshold with the smallest mean square error of clipping and rounding at the time steps of
  /// the conversion: 2 E[(a - θ)₊] = θ P(0 < a <= θ) / (6 T²).
  case minimumError

  /// Name for people and files, for example `percentile 0.999`.
  public var name: String {
    switch self {
    case .maximum: "maximum"
    case .percentile(let share): "percentile \(share)"
    case .minimumError: "minimum-error"
    }
  }
}

/// Which neurons share one threshold.
public enum ThresholdScope: String, Hashable, Sendable, CaseIterable {
  /// One threshold for a layer: weights stay untouched.
  case layer
  /// One for each channel: more accurate, but the weights behind it are scaled per input channel,
  /// which multiplies the number of unique values.
  case channel
}

/// Where the scale of a batch normalisation goes.
public enum BatchNormalizationFolding: String, Hashable, Sendable, CaseIterable {
  /// Into thresholds and biases of its channels: weights, and so their unique values, stay.
  case intoThreshold = "threshold"
  /// Into the weights: one threshold per layer is enough, as some chips demand.
  case intoWeights = "weights"
}

/// What a maximum over spikes means.
public enum MaximumPooling: String, Hashable, Sendable, CaseIterable {
  /// A spike leaves a window in every step in which one enters it (a logical or). Every chip can do
  /// it with neurons of threshold 1; the rate is above the maximum of the rates.
  case spikes
  /// A spike leaves when the largest spike count of the window grows: the rate is the maximum of the
  /// rates exactly. For simulators; no chip counts spikes in a pooling layer.
  case cumulative
}

/// How an ANN becomes an SNN.
public struct ConvertOptions: Hashable, Sendable {
  /// Time steps per inference that the model is made for.
  public var timeSteps: Int
  /// How thresholds are chosen.
  public var rule: ThresholdRule
  /// Which neurons share a threshold.
  public var scope: ThresholdScope
  /// Where batch normalisation goes.
  public var batchNormalization: BatchNormalizationFolding
  /// What max pooling does with spikes.
  public var maximumPooling: MaximumPooling
  /// What a spike does to the potential.
  public var reset: Neuron.Reset
  /// When a neuron spikes.
  public var comparator: Neuron.Comparator
  /// Potential before the first step as a share of the threshold. 0.5 is optimal in expectation;
  /// for chips that start at 0 the bias makes up for it over the time steps (Deng & Gu 2021).
  public var initialShare: Float
  /// Whether a leaky ReLU may be treated as a ReLU, with a warning.
  public var approximatesLeakyRelu: Bool
  /// Whether thresholds are tried out on the running network after the rule has set them, so that
  /// spikes that arrive early or late are counted too.
  public var refinesThresholds: Bool
  /// Whether biases are corrected by the mean error of the rates, layer by layer (the light form of
  /// Li et al. 2021).
  public var calibratesBias: Bool

  /// Makes options.
  public init(
    timeSteps: Int = 16, rule: ThresholdRule = .minimumError, scope: ThresholdScope = .layer,
    batchNormalization: BatchNormalizationFolding = .intoThreshold,
    maximumPooling: MaximumPooling = .spikes, reset: Neuron.Reset = .bySubtraction,
    comparator: Neuron.Comparator = .greaterOrEqual, initialShare: Float = 0.5,
    approximatesLeakyRelu: Bool = false, refinesThresholds: Bool = true,
    calibratesBias: Bool = false
  ) {
    self.timeSteps = timeSteps
    self.rule = rule
    self.scope = scope
    self.batchNormalization = batchNormalization
    self.maximumPooling = maximumPooling
    self.reset = reset
    self.comparator = comparator
    self.initialShare = initialShare
    self.approximatesLeakyRelu = approximatesLeakyRelu
    self.refinesThresholds = refinesThresholds
    self.calibratesBias = calibratesBias
  }

  func checked() throws(ConvertError) -> ConvertOptions {
    guard (1...65_536).contains(timeSteps) else {
      throw ConvertError(
        .invalidOption, "The number of time steps is \(timeSteps); allowed are 1…65536.",
        fix: "start with 8 or 16")
    }
    if case .percentile(let share) = rule, !(share > 0 && share <= 1) {
      throw ConvertError(
        .invalidOption, "The percentile is \(share); allowed are shares above 0 up to 1.",
        fix: "use 0.999 for the 99.9th percentile")
    }
    guard initialShare >= 0, initialShare < 1 else {
      throw ConvertError(
        .invalidOption,
        "The initial potential is \(initialShare) of the threshold; allowed are 0 up to below 1.",
        fix: "use 0.5, or 0 for chips that start at 0")
    }
    if case .toValue(let value) = reset, !value.isFinite {
      throw ConvertError(.invalidOption, "The reset value \(value) is not finite.", fix: "use 0")
    }
    return self
  }
}
