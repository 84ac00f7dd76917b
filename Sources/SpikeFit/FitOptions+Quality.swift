public import SpikeData
public import SpikeGraph

extension FitOptions {
  /// Training beyond plain cross-entropy on plain samples: teachers, averages, augmentation.
  public struct Quality: Equatable, Sendable {
    /// Whose soft labels are learned besides the hard ones.
    public enum Teacher: Equatable, Sendable {
      /// Hard labels only.
      case none
      /// The spiking network as it was at the start of the fit.
      case start
      /// Another network on the same data, for example the ANN that was converted. It gets the
      /// same samples, augmented alike, in its own encoding.
      case model(Model)
    }

    /// Whose soft labels are learned.
    public var teacher: Teacher
    /// Share a of the soft labels: (1 - a) CE(label) + a τ² KL(teacher at τ ‖ network at τ).
    public var teacherShare: Float
    /// Temperature τ of both softmaxes in that part.
    public var temperature: Float
    /// Decay d of an exponential average of latent weights, biases and centroids over the steps,
    /// which is evaluated and becomes the final model; 0 for none.
    public var averageDecay: Float
    /// Changes of the samples.
    public var augmentation: AugmentationOptions
    /// Whether every time step has to be right by itself (temporal efficient training).
    public var isPerStep: Bool
    /// Share λ of the mean of (logit - 1)² in the loss per step.
    public var squareShare: Float
    /// Price of activity: weight of the share of all synapses that a spike crosses per step.
    public var rateWeight: Float
    /// Whether weights stay real numbers: no codebooks, no integers. The result is a spiking model
    /// that can be fitted again.
    public var isFullPrecision: Bool
    /// Whether weights and biases are drawn anew before training.
    public var startsFromScratch: Bool
    /// Share of the training samples that is held out, so that the best epoch can be chosen; 0 for
    /// none. Epochs count once the network is what it will be: with integers, if it gets any.
    public var validationShare: Double
    /// Epochs without a better one after which training ends; 0 for never.
    public var patience: Int

    /// Makes a choice; the default is the plain loss on plain samples.
    public init(
      teacher: Teacher = .none, teacherShare: Float = 0.7, temperature: Float = 2,
      averageDecay: Float = 0, augmentation: AugmentationOptions = .none, isPerStep: Bool = false,
      squareShare: Float = 0, rateWeight: Float = 0, isFullPrecision: Bool = false,
      startsFromScratch: Bool = false, validationShare: Double = 0, patience: Int = 0
    ) {
      self.teacher = teacher
      self.teacherShare = teacherShare
      self.temperature = temperature
      self.averageDecay = averageDecay
      self.augmentation = augmentation
      self.isPerStep = isPerStep
      self.squareShare = squareShare
      self.rateWeight = rateWeight
      self.isFullPrecision = isFullPrecision
      self.startsFromScratch = startsFromScratch
      self.validationShare = validationShare
      self.patience = patience
    }
  }

  /// Whether samples are mirrored and shifted by a pixel at random: the light augmentation.
  public var augments: Bool {
    get { quality.augmentation != .none }
    set { quality.augmentation = newValue ? .light : .none }
  }
}

extension FitOptions.Quality {
  /// Name, value and range of every number, for the check of options.
  var numbers: [(String, Double, ClosedRange<Double>)] {
    [
      ("teacher share", Double(teacherShare), 0...1),
      ("temperature", Double(temperature), 0.01...1_000),
      ("average decay", Double(averageDecay), 0...0.999_999),
      ("shift", Double(augmentation.shift), 0...1_024),
      ("cutout", Double(augmentation.cutout), 0...1_024),
      ("square share", Double(squareShare), 0...1),
      ("rate weight", Double(rateWeight), 0...1e6), ("validation share", validationShare, 0...0.9),
      ("patience", Double(patience), 0...10_000),
    ]
  }

  /// What differs from the default, for the history of the model.
  var texts: [String: String] {
    var texts: [String: String] = [:]
    if teacher != .none {
      texts["teacher"] = teacher == .start ? "start" : "model"
      texts["teacherShare"] = "\(teacherShare)"
      texts["temperature"] = "\(temperature)"
    }
    if averageDecay != 0 { texts["averageDecay"] = "\(averageDecay)" }
    if augmentation != .none {
      texts["augmentation"] =
        "shift \(augmentation.shift), flips \(augmentation.flips), cutout \(augmentation.cutout)"
    }
    if isPerStep { texts["perStep"] = "square share \(squareShare)" }
    if rateWeight != 0 { texts["rateWeight"] = "\(rateWeight)" }
    if isFullPrecision { texts["precision"] = "full" }
    if startsFromScratch { texts["start"] = "scratch" }
    if validationShare != 0 {
      texts["validation"] = "share \(validationShare), patience \(patience)"
    }
    return texts
  }
}
