import SpikeDiagnostics
import SpikeFit
import SpikeHardware

/// How channels are chosen for removal, from words to options.
public enum PruningSettings {
  /// Names of the scores; the first is the default.
  public static let scores = ChannelScores.all.map(\.name)

  /// Puts settings into the options of a fit.
  /// - Throws: `pipeline.invalid-option`.
  static func apply(
    _ settings: FitSettings, to options: inout FitOptions, spec: HardwareSpec?
  ) throws {
    var pruning = options.pruning
    if let name = settings.score {
      pruning.score = try Pipeline.choice(
        name, "--score",
        Dictionary(uniqueKeysWithValues: ChannelScores.all.map { ($0.name, $0) }))
    }
    if let events = settings.pruneEvents { pruning.events = events }
    if let samples = settings.pruneSamples { pruning.samples = samples }
    if let share = settings.largestShare { pruning.largestShare = share }
    if let exponent = settings.costExponent { pruning.costExponent = exponent }
    if let exponent = settings.crowding { pruning.crowding = exponent }
    if let temperature = settings.labelTemperature { pruning.labelTemperature = temperature }
    if let share = settings.sparsity { pruning.sparsity = share }
    if let multiple = settings.channelMultiple { options.target.channelMultiple = multiple }
    pruning.foldsMeans = settings.foldsMeans
    pruning.isLayerNormalised = settings.normalisesScores
    pruning.budgets = try budgets(settings.budget ?? "", spec)
    options.pruning = pruning
  }

  /// Budgets from a text such as `synops=1e6,neurons=300` or `energy=40nJ`.
  private static func budgets(
    _ text: String, _ spec: HardwareSpec?
  ) throws -> [FitOptions.Budget] {
    var budgets: [FitOptions.Budget] = []
    for part in text.split(separator: ",") {
      let words = part.split(separator: "=", maxSplits: 1).map(String.init)
      let unit = words.count == 2 && words[1].lowercased().hasSuffix("nj")
      guard words.count == 2, let value = Double(unit ? String(words[1].dropLast(2)) : words[1]),
        value > 0, value.isFinite, !unit || words[0] == "energy"
      else {
        throw invalid(String(part), "name=number, for example synops=1e6 or energy=40nJ")
      }
      if words[0] == "energy" {
        guard let energy = spec?.energy.first else {
          throw PipelineError(
            .invalidOption,
            "--budget is '\(part)'; "
              + (spec.map { "\($0.name) states no energy per synaptic operation." }
                ?? "without a chip there is no energy per synaptic operation."),
            fix: "give the budget in operations (synops=…), or a spec of your own with 'energy'")
        }
        budgets.append(
          FitOptions.Budget(
            .operations, value * 1000 / energy.picojoulesPerSynapticOperation,
            picojoules: energy.picojoulesPerSynapticOperation))
        continue
      }
      guard let kind = FitOptions.Budget.Kind(rawValue: words[0]) else {
        throw invalid(
          String(part),
          (FitOptions.Budget.Kind.allCases.map(\.rawValue) + ["energy"]).joined(separator: ", "))
      }
      budgets.append(FitOptions.Budget(kind, value))
    }
    return budgets
  }

  private static func invalid(_ found: String, _ allowed: String) -> PipelineError {
    PipelineError(
      .invalidOption, "--budget is '\(found)'; allowed: \(allowed).",
      fix: "give for example --budget synops=1e6")
  }
}
