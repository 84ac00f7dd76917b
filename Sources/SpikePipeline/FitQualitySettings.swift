import SpikeData
import SpikeDiagnostics
import SpikeFit
import SpikeGraph
import SpikeImport
import SpikeModelFile

/// How a fit is trained beyond the plain loss; what is nil keeps the default.
public struct FitQualitySettings: Hashable, Codable, Sendable {
  /// Path of the network that teaches (`.onnx` or `.sfm`), or `self` for the network at the start.
  public var teacher: String?
  /// Share of the teacher in the loss, 0…1.
  public var teacherShare: Double?
  /// Temperature of its soft labels.
  public var temperature: Double?
  /// Decay of the average of the weights; nil or 0 for none.
  public var averageDecay: Double?
  /// Probability mass that is spread over all classes.
  public var labelSmoothing = 0.0
  /// Largest shift of an image in pixels.
  public var shift = 0
  /// Whether half of the images are mirrored.
  public var flips = false
  /// Side of the blanked square in pixels.
  public var cutout = 0
  /// Whether every step has to be right by itself.
  public var perStep = false
  /// Share of the squares in that loss.
  public var squareShare = 0.0
  /// Price of activity.
  public var rateWeight = 0.0
  /// Surrogate derivative with its parameter, as `atan:2`; nil for the default.
  public var surrogate: String?
  /// Share of the steps in which the learning rate rises.
  public var warmUp: Double?
  /// Whether weights stay real numbers.
  public var fullPrecision = false
  /// Whether weights are drawn anew.
  public var fromScratch = false
  /// Share of the training data that is held out to choose the best epoch.
  public var validationShare = 0.0
  /// Epochs without a better one after which training ends; 0 for never.
  public var patience = 0

  /// Makes settings with defaults.
  public init() {}
}

extension Pipeline {
  /// Puts settings into the options of a fit; the teacher is read from its file.
  static func apply(_ settings: FitQualitySettings, to options: inout FitOptions) throws {
    options.labelSmoothing = Float(settings.labelSmoothing)
    if let warmUp = settings.warmUp { options.learning.warmUp = warmUp }
    if let surrogate = settings.surrogate { try setSurrogate(surrogate, in: &options) }
    var quality = options.quality
    quality.teacher = try teacher(settings.teacher)
    if let share = settings.teacherShare { quality.teacherShare = Float(share) }
    if let temperature = settings.temperature { quality.temperature = Float(temperature) }
    if let decay = settings.averageDecay { quality.averageDecay = Float(decay) }
    quality.augmentation = AugmentationOptions(
      shift: settings.shift, flips: settings.flips, cutout: settings.cutout)
    quality.isPerStep = settings.perStep
    quality.squareShare = Float(settings.squareShare)
    quality.rateWeight = Float(settings.rateWeight)
    quality.isFullPrecision = settings.fullPrecision
    quality.startsFromScratch = settings.fromScratch
    quality.validationShare = settings.validationShare
    quality.patience = settings.patience
    options.quality = quality
  }

  private static func teacher(_ text: String?) throws -> FitOptions.Quality.Teacher {
    guard let text else { return .none }
    if text == "self" { return .start }
    switch try FileKind.of(text) {
    case .model: return .model(try ModelFile.read(path: text))
    case .onnx, .network:
      let context = RunContext(threads: 1)
      let foreign = try Pipeline(context).readForeign(ImportRequest(input: text, output: ""))
      return .model(foreign.model)
    case .bundle:
      throw PipelineError(
        .unknownFileKind, "A bundle cannot teach: it has no logits.", at: Location(file: text),
        fix: "give the .onnx or .sfm file from which it was made, or 'self'")
    }
  }

  /// Sets the surrogate from `name` or `name:parameter`.
  private static func setSurrogate(_ text: String, in options: inout FitOptions) throws {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    let names = SurrogateChoice.all.map(\.name)
    guard let choice = SurrogateChoice.all.first(where: { $0.name == parts.first }) else {
      let near = Suggestion.nearest(to: parts.first ?? "", among: names)
      throw PipelineError(
        .invalidOption,
        "--surrogate is '\(text)'; allowed: \(names.joined(separator: ", ")).",
        fix: near.map { "did you mean '\($0)'?" } ?? "choose one, for example triangle:1")
    }
    guard parts.count == 2 else {
      options.surrogate = choice.surrogate()
      return
    }
    guard let parameter = Float(parts[1]), parameter > 0, parameter <= 1_000 else {
      throw PipelineError(
        .invalidOption,
        "The parameter of --surrogate is '\(parts[1])'; allowed: a number above 0, at most 1000.",
        fix: "leave it out for \(choice.parameter), or give a number")
    }
    options.surrogate = choice.surrogate(parameter)
  }
}
