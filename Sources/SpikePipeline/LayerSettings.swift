import SpikeDiagnostics
import SpikeFit
import SpikeGraph

/// Numbers by layer, from words to options.
public enum LayerSettings {
  /// The word that leaves numbers of unique weights to the plan.
  public static let automatic = "auto"

  /// Puts settings into the options of a fit.
  /// - Throws: `pipeline.invalid-option`.
  static func apply(
    _ settings: FitSettings, to options: inout FitOptions, model: Model
  ) throws {
    let names = SpikeFitter.layerNames(of: model)
    var weights: [String: Int] = [:]
    if let text = settings.uniqueWeightsByLayer, text != automatic {
      let found = try numbers(text, "--unique-weights", names)
      weights = found.byName
      if let rest = found.rest { options.uniqueWeights = rest }
    }
    var bits: [String: Int] = [:]
    if let text = settings.bitsByLayer {
      let found = try numbers(text, "--bits", names)
      bits = found.byName
      if let rest = found.rest { options.bits = rest }
    }
    options.layers = FitOptions.Layers(uniqueWeights: weights, bits: bits)
  }

  /// Numbers of layers, and the one for all others.
  static func numbers(
    _ text: String, _ option: String, _ names: [String]
  ) throws -> (byName: [String: Int], rest: Int?) {
    func refuse(_ problem: String, _ fix: String) -> PipelineError {
      PipelineError(.invalidOption, "\(option) is '\(text)'; \(problem).", fix: fix)
    }
    let layers = "the layers are \(names.joined(separator: ", "))"
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    var byName: [String: Int] = [:]
    var plain: [Int] = []
    for part in parts {
      let words = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map(String.init)
      guard let last = words.last, let number = Int(last), number > 0 else {
        throw refuse(
          "'\(part)' is no number", "give for example 4,4,16 or \(names.last ?? "fc")=16")
      }
      guard words.count == 2 else {
        plain.append(number)
        continue
      }
      let name = try layer(words[0], names, refuse)
      guard byName.updateValue(number, forKey: name) == nil else {
        throw refuse("'\(name)' has two numbers", "give it one")
      }
    }
    if byName.isEmpty, plain.count > 1 {
      guard plain.count == names.count else {
        throw refuse("\(plain.count) numbers for \(names.count) layers", layers)
      }
      return (Dictionary(uniqueKeysWithValues: zip(names, plain)), nil)
    }
    guard plain.count <= 1 else {
      throw refuse(
        "\(plain.count) numbers have no name",
        "give one number without a name for all other layers; \(layers)")
    }
    return (byName, plain.first)
  }

  /// The layer with a name, or the only one whose name has it as a part.
  private static func layer(
    _ word: String, _ names: [String], _ refuse: (String, String) -> PipelineError
  ) throws -> String {
    if names.contains(word) { return word }
    let found = names.filter { $0.lowercased().contains(word.lowercased()) }
    guard found.count == 1, !word.isEmpty else {
      let problem = found.isEmpty ? "no layer is called" : "\(found.count) layers are called"
      throw refuse("\(problem) '\(word)'", "the layers are \(names.joined(separator: ", "))")
    }
    return found[0]
  }
}
