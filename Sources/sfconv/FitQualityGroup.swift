import ArgumentParser
import SpikePipeline

/// How a fit is trained: teachers, averages, augmentation, precision.
struct FitQualityGroup: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Learn the soft labels of this network too: the ANN (.onnx, .sfm), or 'self' for the "
        + "network as it was at the start.", valueName: "file"))
  var teacher: String?
  @Option(help: "Share of the teacher in the loss, 0 to 1 (default 0.7).")
  var distillShare: Double?
  @Option(help: "Temperature of the soft labels (default 2).") var distillTemperature: Double?
  @Option(
    name: .customLong("ema"),
    help: "Decay of an average of the weights over the steps, for example 0.999; 0 for none.")
  var averageDecay: Double?
  @Option(help: "Probability mass spread over all classes, 0 to 0.9.") var labelSmoothing = 0.0
  @Option(help: "Shift training images by up to so many pixels at random.") var shift = 0
  @Flag(help: "Mirror half of the training images.") var flips = false
  @Option(help: "Blank a square of this side in every training image.") var cutout = 0
  @Flag(
    name: .customLong("tet"),
    help: "Let every time step be right by itself (temporal efficient training).")
  var perStep = false
  @Option(
    name: .customLong("tet-squares"),
    help: "Share of the mean squares in that loss, 0 to 1.")
  var squareShare = 0.0
  @Option(help: "Price of activity: weight of the share of synapses that a spike crosses.")
  var rateWeight = 0.0
  @Option(
    help: ArgumentHelp(
      "Derivative of the spike function: atan, triangle, sigmoid, fast-sigmoid or rectangle, with "
        + "a parameter after a colon (default triangle:1).", valueName: "name"))
  var surrogate: String?
  @Option(help: "Share of the steps in which the learning rate rises (default 0.05).")
  var warmUp: Double?
  @Flag(
    help: ArgumentHelp(
      "Keep real weights: no codebook, no integers. The result is a spiking model that can be "
        + "fitted again; --target neutral keeps its own neurons."))
  var fullPrecision = false
  @Flag(help: "Draw the weights anew; only the architecture is kept.") var fromScratch = false
  @Option(help: "Share of the training data that is held out to choose the best epoch.")
  var validationShare = 0.0
  @Option(help: "End after so many epochs without a better one on the held-out data; 0: never.")
  var patience = 0

  var settings: FitQualitySettings {
    var settings = FitQualitySettings()
    settings.teacher = teacher
    settings.teacherShare = distillShare
    settings.temperature = distillTemperature
    settings.averageDecay = averageDecay
    settings.labelSmoothing = labelSmoothing
    settings.shift = shift
    settings.flips = flips
    settings.cutout = cutout
    settings.perStep = perStep
    settings.squareShare = squareShare
    settings.rateWeight = rateWeight
    settings.surrogate = surrogate
    settings.warmUp = warmUp
    settings.fullPrecision = fullPrecision
    settings.fromScratch = fromScratch
    settings.validationShare = validationShare
    settings.patience = patience
    return settings
  }
}
