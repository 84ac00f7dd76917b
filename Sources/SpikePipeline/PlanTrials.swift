import SpikeData
import SpikeDiagnostics
import SpikeFit
import SpikeGraph
import SpikeHardware

/// Short fits that choose among plans for a chip.
///
/// An estimate before training cannot know what training repairs. Each of the best plans is fitted for a
/// quarter of the epochs on four fifths of the training samples and measured on the rest; the one that is
/// right most often is taken, of equals the one that was planned first.
extension Pipeline {
  private static let heldOutShare = 0.2
  /// Number of the stream of random numbers, apart from those of epochs and of other draws.
  private static let stream = -2

  /// - Returns: the plan that was taken; `options` have it.
  func tryPlans(
    _ model: Model, options: inout FitOptions, settings: FitSettings, spec: HardwareSpec,
    on training: Dataset
  ) throws -> ChipPlan {
    let plans = try plans(model, options: &options, settings: settings, spec: spec)
    let trials = plans.prefix(max(1, settings.planTrials ?? 1))
    guard trials.count > 1 else {
      plans[0].apply(to: &options)
      try rehearse(model, options: options, spec: spec)
      return plans[0]
    }
    let order = EpochOrder(
      count: training.count, seed: options.seed, epoch: Pipeline.stream
    ).indices
    let count = max(1, Int(Double(training.count) * Pipeline.heldOutShare))
    let heldOut = training.subset(order.prefix(count).sorted())
    let rest = training.subset(order.dropFirst(count).sorted())
    var lines: [String] = []
    var best: (accuracy: Double, plan: ChipPlan)?
    for (index, plan) in trials.enumerated() where !context.isCancelled() {
      var trial = options
      plan.apply(to: &trial)
      trial.epochs = (trial.epochs / 4).rounded(.up)
      let context = context
      let result = try SpikeFitter.fit(
        model, options: trial, training: rest, evaluation: heldOut,
        progress: { progress in
          context.progress(
            ProgressEvent(
              activity: "trial \(index + 1) of \(trials.count)", done: progress.step,
              total: progress.steps, unit: "steps"))
        }, isCancelled: context.isCancelled)
      let accuracy = result.integerAccuracy ?? 0
      lines.append(
        "trial of \(plan.choice): \(Figure.percent(accuracy)) of \(heldOut.count) samples held out, "
          + "\(Figure.decimal(trial.epochs, places: 0)) epochs")
      if accuracy > best?.accuracy ?? -1 { best = (accuracy, plan) }
    }
    var plan = best?.plan ?? plans[0]
    plan.lines += lines + ["taken by trial: \(plan.choice)"]
    plan.apply(to: &options)
    try rehearse(model, options: options, spec: spec)
    return plan
  }
}

extension ChipPlan {
  /// Unique weights and widths in a few words.
  var choice: String {
    let all = uniqueWeights.map { "M = \($0)" } ?? "any weights"
    let some = layers.numbers.compactMap { item in item.uniqueWeights.map { "\(item.node) \($0)" } }
    let widths = channels.map { "\($0.atMost)" }.joined(separator: ", ")
    return (some.isEmpty ? all : "M of \(some.joined(separator: ", "))")
      + (widths.isEmpty ? "" : ", channels \(widths)")
  }
}
