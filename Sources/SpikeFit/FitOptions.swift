public import SpikeCompute
public import SpikeEngine
public import SpikeGraph

/// What the user asks of a fit. Shares and fractions are of 1.
public struct FitOptions: Sendable {
  /// Limits and semantics of the chip.
  public var target: FitTarget
  /// Number M of distinct non-zero weights in each codebook, 2…256; nil for any integer.
  public var uniqueWeights: Int?
  /// Signed bits of a weight value, 2…8; nil for what the target allows.
  public var bits: Int?
  /// Whether 0 ("no synapse") is allowed on top of the M values.
  public var hasFreeZero: Bool
  /// Which weights share a codebook.
  public var scope: CodebookScope
  /// Share of all hidden channels to remove, 0..<1.
  public var pruneShare: Double
  /// Passes over the training data; may be a fraction.
  public var epochs: Double
  /// Samples of one training step.
  public var batch: Int
  /// Seed of the order of samples, of augmentation and of random scores.
  public var seed: UInt64
  /// Time steps per inference.
  public var timeSteps: Int
  /// Whether samples have an input of their own for every step, `[T][…]`: recordings of events.
  public var inputPerStep = false
  /// Threads; the result does not depend on it.
  public var threads: Int
  /// Learning rate and its schedule.
  public var learning: Learning
  /// How the values of codebooks come about.
  public var codebook: CodebookOptions
  /// When codebooks, pruning and integers start.
  public var schedule: Schedule
  /// How channels are chosen for removal.
  public var pruning: Pruning
  /// Numbers of single layers, where they differ from ``uniqueWeights`` and ``bits``.
  public var layers = Layers()
  /// What the limits of a chip ask for on top.
  public var chip = Chip()
  /// Derivative of the spike function in training.
  public var surrogate: Surrogate
  /// Probability mass that is spread over all classes instead of the label.
  public var labelSmoothing: Float
  /// Factor on the read-out (potential / time steps) before the softmax; nil for what the
  /// conversion recorded, so that the loss starts with the logits of the ANN.
  public var logitScale: Float?
  /// Teachers, averages, augmentation and other parts of training.
  public var quality: Quality
  /// What happens to the leak of potentials.
  public var leak = Leak()
  /// Factor on all thresholds before training; nil for a calibrated one.
  public var thresholdFactor: Float?
  /// Version of the program, for the history of the model.
  public var version: String
  /// Hash of the input file, for the history of the model.
  public var inputHash: String

  /// Learning rates. Weights are kept in units of the root mean square of their layer, so that one
  /// rate suits layers of any scale.
  public struct Learning: Hashable, Sendable {
    /// Peak rate of the latent weights, in units of the root mean square of the layer.
    public var rate: Float
    /// Rate of the centroids as a share of ``rate``.
    public var centroidShare: Float
    /// Factor on all rates once codebooks are in: a latent weight that jumps between two values
    /// moves its network more than one that slides.
    public var codebookShare: Float
    /// Rate of the biases as a share of ``rate``.
    public var biasShare: Float
    /// Share of all steps in which the rate rises from 0.
    public var warmUp: Double
    /// Last rate of the cosine as a share of the peak.
    public var finalShare: Float
    /// Decoupled decay of latent weights, times the rate; centroids and biases do not decay.
    public var weightDecay: Float
    /// Decay of Adam's first moment.
    public var beta1: Float
    /// Decay of Adam's second moment.
    public var beta2: Float

    /// Makes learning rates.
    public init(
      rate: Float = 0.02, centroidShare: Float = 1, codebookShare: Float = 1,
      biasShare: Float = 1,
      warmUp: Double = 0.05, finalShare: Float = 0.01, weightDecay: Float = 0,
      beta1: Float = 0.9, beta2: Float = 0.999
    ) {
      self.rate = rate
      self.centroidShare = centroidShare
      self.codebookShare = codebookShare
      self.biasShare = biasShare
      self.warmUp = warmUp
      self.finalShare = finalShare
      self.weightDecay = weightDecay
      self.beta1 = beta1
      self.beta2 = beta2
    }
  }

  /// Start and end of the phases as shares of all training steps.
  public struct Schedule: Hashable, Sendable {
    /// Where weights are first replaced by codebook values.
    public var codebookStart: Double
    /// Where integers are first used in the forward pass.
    public var snapStart: Double
    /// First pruning event.
    public var pruneStart: Double
    /// Last pruning event.
    public var pruneEnd: Double

    /// Makes a schedule.
    public init(
      codebookStart: Double = 0.15, snapStart: Double = 0.7, pruneStart: Double = 0.02,
      pruneEnd: Double = 0.3
    ) {
      self.codebookStart = codebookStart
      self.snapStart = snapStart
      self.pruneStart = pruneStart
      self.pruneEnd = pruneEnd
    }
  }

  /// Makes options.
  public init(
    target: FitTarget = .neutral, uniqueWeights: Int? = 4, bits: Int? = nil,
    hasFreeZero: Bool = false, scope: CodebookScope = .layer, pruneShare: Double = 0,
    epochs: Double = 5, batch: Int = 64, seed: UInt64 = 1, timeSteps: Int = 4,
    threads: Int = EngineConfiguration.availableThreads, learning: Learning = Learning(),
    codebook: CodebookOptions = CodebookOptions(),
    schedule: Schedule = Schedule(), pruning: Pruning = Pruning(),
    surrogate: Surrogate = .triangle(width: 1), labelSmoothing: Float = 0, logitScale: Float? = nil,
    augments: Bool = false, thresholdFactor: Float? = nil, version: String = "",
    inputHash: String = "", quality: Quality = Quality()
  ) {
    self.target = target
    self.uniqueWeights = uniqueWeights
    self.bits = bits
    self.hasFreeZero = hasFreeZero
    self.scope = scope
    self.pruneShare = pruneShare
    self.epochs = epochs
    self.batch = batch
    self.seed = seed
    self.timeSteps = timeSteps
    self.threads = threads
    self.learning = learning
    self.codebook = codebook
    self.schedule = schedule
    self.pruning = pruning
    self.surrogate = surrogate
    self.labelSmoothing = labelSmoothing
    self.logitScale = logitScale
    self.quality = quality
    self.thresholdFactor = thresholdFactor
    self.version = version
    self.inputHash = inputHash
    if augments { self.augments = true }
  }
}
