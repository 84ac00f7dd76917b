/// What `import` is asked for.
public struct ImportRequest: Hashable, Sendable {
  /// Path of the network, for example `model.onnx`.
  public var input: String
  /// Path of a safetensors, PyTorch or NPZ file whose numbers replace those of `input`; `input` may then also
  /// be a model file.
  public var weights: String?
  /// Path of the model file to write.
  public var output: String
  /// Shape of one sample where the file leaves it open, `[C, H, W]`.
  public var inputShape: [Int]?
  /// Name of the last node or value to import; what follows is cut off.
  public var until: String?
  /// Factor from raw data to the network's input, one or one per channel; nil for 1/255.
  public var inputScale: [Float]?
  /// Summand after the factor; nil for 0.
  public var inputOffset: [Float]?
  /// How the equations of a NIR file become time steps.
  public var nir = NIRSettings()
  /// Whether integers of a TFLite file become real numbers and activations are not rounded.
  public var dequantises = false
  /// Time steps of an inference, which NIR and netx files leave open; nil leaves them open, too.
  public var timeSteps: Int?
  /// Bits of the graded spikes that enter a network of neurons (NIR, netx); nil where that is open.
  public var inputBits: Int?

  /// Makes a request with defaults.
  public init(input: String, output: String) {
    self.input = input
    self.output = output
  }
}

/// Where samples and labels come from.
public struct DataRequest: Hashable, Sendable {
  /// `fashion-mnist`, a folder of IDX files or images, an `.npz` file, or recordings over time.
  public var source: String
  /// Use at most this many test samples; nil for all.
  public var testLimit: Int?
  /// Use at most this many training samples, drawn by the seed over all classes; nil for all.
  public var trainLimit: Int?
  /// Length of a step in microseconds where the data are recordings over time.
  public var eventStep = 1000
  /// Events of a step, in place of ``eventStep``; nil for steps of time.
  public var eventCount: Int?
  /// Columns and rows of the sensor, as `640x480`, where the recordings do not say them.
  public var eventSize: String?

  /// Makes a request.
  public init(source: String, testLimit: Int? = nil, trainLimit: Int? = nil) {
    self.source = source
    self.testLimit = testLimit
    self.trainLimit = trainLimit
  }
}

/// What `convert` is asked for.
public struct ConvertRequest: Hashable, Sendable {
  /// Path of the imported model.
  public var input: String
  /// Path of the spiking model to write.
  public var output: String
  /// Calibration and test data.
  public var data: DataRequest
  /// Time steps per inference.
  public var timeSteps = 4
  /// `mmse`, `percentile` or `max`.
  public var thresholdRule = "mmse"
  /// Percentile of the percentile rule, in percent.
  public var percentile = 99.9
  /// `layer` or `channel`.
  public var thresholdScope = "layer"
  /// `subtract` or `zero`.
  public var reset = "subtract"
  /// Where batch normalisation goes: `thresholds` or `weights`.
  public var batchNormalization = "thresholds"
  /// What max pooling does with spikes: `spikes` or `cumulative`.
  public var maximumPooling = "cumulative"
  /// Number of training samples for calibration.
  public var calibrationSamples = 1024
  /// Seed of their choice.
  public var seed: UInt64 = 1

  /// Makes a request with defaults.
  public init(input: String, output: String, data: DataRequest) {
    self.input = input
    self.output = output
    self.data = data
  }
}

/// How a model is fitted to a chip.
public struct FitSettings: Hashable, Codable, Sendable {
  /// Chip: a built-in name or the path of a spec; for a fit in full precision also `neutral`, which
  /// keeps the neurons of the model.
  public var target: String
  /// Unique weights per codebook, 2…256.
  public var uniqueWeights = 4
  /// Whether the plan for the chip chooses ``uniqueWeights``.
  public var plansUniqueWeights = false
  /// Unique weights by layer: a list in the order of the network (`4,4,16`), numbers by name
  /// (`conv1=4,fc=16`, one number without a name for the rest), or `auto` for a choice under the
  /// index memory of a chip or a budget of bytes; nil for ``uniqueWeights`` everywhere.
  public var uniqueWeightsByLayer: String?
  /// Bits of an integer weight; nil for those of the chip.
  public var bits: Int?
  /// Bits by layer, as a list or by name; nil for ``bits`` everywhere.
  public var bitsByLayer: String?
  /// Plans that are compared by short fits; nil or 0 for none.
  public var planTrials: Int?
  /// Whether 0 is allowed besides the unique weights.
  public var freeZero = false
  /// `network`, `layer`, `core`, `channel`, `neuron` (which means `channel`) or `axon-type`.
  public var scope = "layer"
  /// How values of codebooks come about: a name of ``CodebookSettings/methods``.
  public var codebook = "cat"
  /// Family of values: a name of ``CodebookSettings/families``; nil for that of the method.
  public var family: String?
  /// Factors of output channels: `off`, `fixed` or `learned`; nil for the default.
  public var channelScales: String?
  /// Rate of the factors of output channels as a share of that of the weights; nil for the default.
  public var channelScaleRate: Double?
  /// Importance of weights in clustering: `none`, `adam`, `gradients` or `fisher`; nil for the default.
  public var importance: String?
  /// Largest pull of weights towards their values; nil for the default.
  public var commitment: Double?
  /// Rate of the values as a share of that of the weights; nil for the default.
  public var valueRate: Double?
  /// Share of codebook training with soft assignment; nil for the default.
  public var softShare: Double?
  /// Output channels of one core, for the scope `core`.
  public var channelsPerCore: Int?
  /// Whether the plan for the chip chooses ``scope``.
  public var plansScope = false
  /// Share of hidden channels to remove.
  public var prune = 0.0
  /// Score of channels: a name of ``PruningSettings/scores``; nil for the default.
  public var score: String?
  /// Limits to prune to, for example `synops=1e6,neurons=300` or `energy=40nJ`; nil for none.
  public var budget: String?
  /// Number of pruning events; nil for the default, 1 removes everything at once.
  public var pruneEvents: Int?
  /// Samples on which channels are scored; nil for the default.
  public var pruneSamples: Int?
  /// Largest share of a layer that goes; nil for the default.
  public var largestShare: Double?
  /// Exponent of the operations of a channel in the ranking; nil for the default.
  public var costExponent: Double?
  /// Exponent of the growth of scores in thinned layers; nil for the default.
  public var crowding: Double?
  /// Temperature of the labels of Fisher scores; nil for the default.
  public var labelTemperature: Double?
  /// Whether the mean effect of removed channels is added to biases.
  public var foldsMeans = true
  /// Whether scores are divided by their mean in each layer.
  public var normalisesScores = true
  /// Share of synapses to remove by magnitude; nil for none.
  public var sparsity: Double?
  /// Pruned layers keep a multiple of this many channels; nil for what the chip states, or 1.
  public var channelMultiple: Int?
  /// Passes over the training data.
  public var epochs = 5
  /// Samples per training step.
  public var batch = 64
  /// Learning rate of the weights; nil for the default.
  public var learningRate: Double?
  /// Time steps per inference; nil for those of the model.
  public var timeSteps: Int?
  /// Bits of a graded input spike; nil for those of the chip.
  public var inputBits: Int?
  /// Seed of shuffling and augmentation.
  public var seed: UInt64 = 1
  /// The leak of potentials.
  public var leak = LeakSettings()
  /// Teachers, averages, augmentation and precision.
  public var quality = FitQualitySettings()

  /// Makes settings with defaults.
  public init(target: String) { self.target = target }
}

/// What `fit` is asked for.
public struct FitRequest: Hashable, Sendable {
  /// Path of the spiking model.
  public var input: String
  /// Path of the fitted model to write.
  public var output: String
  /// Training and test data.
  public var data: DataRequest
  /// How to fit.
  public var settings: FitSettings
  /// Checkpoint and log.
  public var files = RunFiles()
  /// Whether there are no labels to train with: data, if there are any, only measure the result.
  public var isDataFree = false
  /// Training samples that are used without their labels, in a fit that is free of data otherwise.
  public var unlabelledSamples: Int?

  /// Makes a request.
  public init(input: String, output: String, data: DataRequest, settings: FitSettings) {
    self.input = input
    self.output = output
    self.data = data
    self.settings = settings
  }
}

/// What `eval` is asked for.
public struct EvaluateRequest: Hashable, Sendable {
  /// Path of a model (`.sfm`) or bundle (`.sfb`).
  public var input: String
  /// Test data.
  public var data: DataRequest
  /// Time steps; nil for those of the file.
  public var timeSteps: Int?
  /// Path of a CSV file to write with one line per sample: index, label, prediction; nil for none.
  public var predictions: String?

  /// Makes a request.
  public init(input: String, data: DataRequest, timeSteps: Int? = nil) {
    self.input = input
    self.data = data
    self.timeSteps = timeSteps
  }
}

/// What `export` is asked for.
public struct ExportRequest: Hashable, Sendable {
  /// Path of the fitted model.
  public var input: String
  /// Path of the bundle to write.
  public var output: String
  /// Chip: a built-in name or the path of a spec.
  public var target: String
  /// Folder for the vendor's native files; nil for none.
  public var native: String?
  /// Whose native files: a name of the table of targets, for example `c` or `nir`; nil for the chip's own.
  public var format: String?
  /// How ONNX files are written.
  public var onnx = ONNXSettings()

  /// Makes a request.
  public init(input: String, output: String, target: String, native: String? = nil) {
    self.input = input
    self.output = output
    self.target = target
    self.native = native
  }
}

/// What `deploy` is asked for.
public struct DeployRequest: Hashable, Sendable {
  /// Path of the network.
  public var input: String
  /// Folder for all results.
  public var output: String
  /// Training and test data.
  public var data: DataRequest
  /// How to fit.
  public var settings: FitSettings
  /// Time steps per inference.
  public var timeSteps = 4
  /// Factor from raw data to the network's input; nil for 1/255.
  public var inputScale: [Float]?
  /// Whether to fit once more without pruning, for comparison.
  public var comparesUnpruned = false

  /// Makes a request with defaults.
  public init(input: String, output: String, data: DataRequest, settings: FitSettings) {
    self.input = input
    self.output = output
    self.data = data
    self.settings = settings
  }
}

/// What `bench fit` is asked for.
public struct CompareRequest: Hashable, Sendable {
  /// Path of the recipe.
  public var recipe: String
  /// Folder for records and report.
  public var output: String
  /// Make at most this many runs now; nil for all.
  public var limit: Int?

  /// Makes a request.
  public init(recipe: String, output: String, limit: Int? = nil) {
    self.recipe = recipe
    self.output = output
    self.limit = limit
  }
}
