import SpikeData
import SpikeDiagnostics
import SpikeFit
import SpikeGraph
import SpikeHardware

extension Pipeline {
  /// A fit without labels: from the weights alone, or with some unlabelled samples.
  ///
  /// With samples and epochs the network is trained on the soft labels that the teacher, or else the
  /// converted network, gives them;
  /// with samples and no epochs rates are measured on them; with neither, on noise.
  func fitDataFree(
    _ loaded: LoadedModel, _ request: FitRequest, spec: HardwareSpec?,
    checkpoint: FitCheckpoint? = nil, log: RunLog? = nil
  ) throws -> FitResult {
    var options = try Pipeline.fitOptions(
      request.settings, model: loaded, spec: spec, threads: context.threads)
    if let spec {
      _ = try plan(loaded.model, options: &options, settings: request.settings, spec: spec)
    } else {
      _ = try chooseLevels(
        loaded.model, options: &options, settings: request.settings, spec: nil)
    }
    // Without training, half a threshold at the start rounds where 0 cuts off; training makes up for it.
    let isTrained = request.unlabelledSamples != nil && options.epochs > 0
    if !isTrained, spec?.startsAtZero?.value == false {
      options.target.semantics?.initialShare = 0.5
    }
    let hasData = !request.data.source.isEmpty
    let evaluation = hasData ? try data(request.data, .test, for: loaded.model) : nil
    guard let count = request.unlabelledSamples else {
      return try SpikeFitter.fitWithoutTraining(
        loaded.model, options: options, evaluation: evaluation)
    }
    let samples = try data(
      request.data, .train, for: loaded.model, seed: request.settings.seed
    ).calibration(count, seed: request.settings.seed)
    guard options.epochs > 0 else {
      return try SpikeFitter.fitWithoutTraining(
        loaded.model, options: options, samples: samples, evaluation: evaluation)
    }
    // Without a teacher of the user's the converted network teaches itself. Its labels only count where
    // a share is left for them.
    let hasTeacher = request.settings.quality.teacher != nil
    if !hasTeacher { options.quality.teacher = .model(loaded.model) }
    options.quality.teacherShare = Float(request.settings.quality.teacherShare ?? 1)
    let taught = try SpikeFitter.labelled(
      samples, by: options.quality.teacher, of: loaded.model, threads: context.threads)
    let context = context
    var result = try SpikeFitter.fit(
      loaded.model, options: options, training: taught, evaluation: evaluation,
      checkpoint: checkpoint,
      processes: context.processes,
      progress: { progress in
        log?.add(progress)
        context.progress(
          ProgressEvent(
            activity: "distil epoch \(progress.epoch + 1)", done: progress.step,
            total: progress.steps, unit: "steps"))
      }, isCancelled: context.isCancelled)
    result.findings.append(
      Finding(
        .warning, code: "fit.data-free",
        message: "Fitted to the soft labels of "
          + (hasTeacher ? "the teacher" : "the converted network")
          + " on \(samples.count) samples without labels; its mistakes were learned too.",
        fix: "give labelled data if there are any"))
    return result
  }
}
