import SpikeGraph

/// The record of a fit in the history of its model.
enum FitHistory {
  static func record(_ result: FitResult, _ options: FitOptions) -> HistoryRecord {
    var metrics: [String: Double] = [
      "steps": Double(result.steps), "loss": result.finalLoss,
      "interrupted": result.isInterrupted ? 1 : 0,
    ]
    // What 1 of the read-out means in logits, for the next fit of the model.
    if options.quality.isFullPrecision {
      metrics[SpikeFitter.logitsScale] = options.logitScale.map(Double.init)
    }
    metrics["accuracy.start"] = result.startAccuracy
    metrics["accuracy.float"] = result.floatAccuracy
    metrics["accuracy.integer"] = result.integerAccuracy
    metrics["operations.before"] = result.operationsBefore?.total
    metrics["operations.after"] = result.operationsAfter?.total
    return HistoryRecord(
      station: "fit", version: options.version, options: texts(of: options), seed: options.seed,
      inputHash: options.inputHash, metrics: metrics)
  }

  /// What shapes the result. The number of threads does not and is left out.
  private static func texts(of options: FitOptions) -> [String: String] {
    var texts = [
      "target": options.target.name,
      "uniqueWeights": options.uniqueWeights.map(String.init) ?? "any",
      "bits": options.bits.map(String.init) ?? "target",
      "freeZero": "\(options.hasFreeZero)", "scope": options.scope.rawValue,
      "prune": "\(options.pruneShare)", "score": options.pruning.score.name,
      "epochs": "\(options.epochs)", "batch": "\(options.batch)",
      "timeSteps": "\(options.timeSteps)", "rate": "\(options.learning.rate)",
      "centroidShare": "\(options.learning.centroidShare)",
      "codebook": options.codebook.method.rawValue,
      "family": options.codebook.effectiveFamily.rawValue,
      "channelScales": options.codebook.channelScales.rawValue,
      "channelScaleShare": "\(options.codebook.channelScaleShare)",
      "importance": options.codebook.importance.rawValue,
      "commitment": "\(options.codebook.commitment)",
      "softShare": "\(options.codebook.softShare)", "tie": "\(options.codebook.tie)",
      "labelSmoothing": "\(options.labelSmoothing)", "augments": "\(options.augments)",
      "surrogate": "\(options.surrogate)",
    ].merging(options.quality.texts) { $1 }.merging(options.leak.texts) { $1 }
    texts["layers"] = options.layers.text
    if !options.chip.reasons.isEmpty {
      texts["plan"] = options.chip.reasons.joined(separator: "\n")
    }
    return texts
  }
}
