import Foundation
import SpikeBytes
import SpikeData
import SpikeDiagnostics
import SpikeEngine
import SpikeFit
import SpikeGraph
import SpikeHardware
import SpikeModelFile
import SpikeValidate

extension Pipeline {
  /// Fine-tunes a spiking model to few unique weights and fewer channels of a chip.
  ///
  /// Interrupted work is saved as far as it got; the outcome then has a warning. With several
  /// processes the first one writes the files and has the outcome; that of the others is empty.
  /// - Throws: any `model.…`, `data.…`, `spec.…` or `fit.…` code.
  public func fit(_ request: FitRequest) throws -> Outcome {
    let isFirst = context.processes.isFirst
    try Processes.check(request, context.processes)
    let spec = try Pipeline.fitSpec(request.settings.target)
    let loaded = try load(request.input, stages: [.spiking], for: "fit")
    let checkpoint = try request.files.checkpoint(output: request.output)
    let startsAnew = checkpoint.map {
      $0.resumes && !FileManager.default.fileExists(atPath: $0.path)
    }
    let log =
      isFirst ? try request.files.log.map { try RunLog($0, resumes: request.files.resumes) } : nil
    let fitted =
      request.isDataFree
      ? try fitDataFree(loaded, request, spec: spec, checkpoint: checkpoint, log: log)
      : try fit(
        loaded, settings: request.settings, spec: spec, data: request.data, checkpoint: checkpoint,
        log: log)
    guard isFirst else { return Outcome(summary: .members([:]), text: "") }
    try ModelFile.write(fitted.model, to: request.output)
    if let checkpoint, !fitted.isInterrupted { AtomicFile.removeIfPresent(checkpoint.path) }
    let plan = fitted.model.history.last?.options["plan"].map { ["plan", $0, ""] } ?? []
    // Real weights are no chip's.
    let chip = fitted.model.stage == .fitted ? spec : nil
    var report: Report?
    if let chip { report = validation(of: fitted.model, spec: chip) }
    let verdict = Pipeline.verdict(report, chip)
    let title = "\(request.output): fitted to \(spec?.title ?? "no chip")"
    let lines: [String] = [title, ""] + plan + [fitted.table] + verdict
    let errors = report?.findings.filter { $0.severity == .error } ?? []
    return Outcome(
      summary: fitted.summary(output: request.output), text: lines.joined(separator: "\n"),
      findings: fitted.findings + errors
        + Pipeline.findings(of: fitted, checkpoint, log, startsAnew: startsAnew ?? false),
      isClean: !fitted.isInterrupted)
  }

  private static func findings(
    of result: FitResult, _ checkpoint: FitCheckpoint?, _ log: RunLog?, startsAnew: Bool
  ) -> [Finding] {
    var findings: [Finding] = []
    if startsAnew, let checkpoint {
      findings.append(
        Finding(
          .note, code: "pipeline.nothing-to-resume",
          message: "There was no checkpoint to go on from: training started at the beginning.",
          location: Location(file: checkpoint.path)))
    }
    if result.isInterrupted {
      findings.append(
        Finding(
          .warning, code: "pipeline.interrupted",
          message:
            "Training was interrupted after \(result.steps) of \(result.plannedSteps) steps; "
            + "the output is the model so far.",
          fix: checkpoint == nil
            ? "run the command again" : "add --resume to the command to go on from there"))
    }
    if log?.hasFailed == true {
      findings.append(
        Finding(
          .warning, code: "pipeline.incomplete-log", message: "The log could not be written.",
          fix: "free some disk space; the model is not affected"))
    }
    return findings
  }

  /// Whether what was fitted will pass the stations that follow.
  private static func verdict(_ report: Report?, _ spec: HardwareSpec?) -> [String] {
    guard let spec else { return [] }
    let isClean = report?.isClean == true
    return [
      "",
      isClean
        ? "exports and validates clean for \(spec.name)" : "does not validate for \(spec.name)",
    ]
  }

  /// The chip that a fit is for; nil for `neutral`, which is none.
  /// - Throws: any `spec.…` code.
  static func fitSpec(_ name: String) throws -> HardwareSpec? {
    name == FitTarget.neutral.name ? nil : try HardwareCatalog.spec(name)
  }

  /// Runs the fitter on data of its own.
  func fit(
    _ loaded: LoadedModel, settings: FitSettings, spec: HardwareSpec?, data request: DataRequest,
    activity: String = "fit", checkpoint: FitCheckpoint? = nil, log: RunLog? = nil
  ) throws -> FitResult {
    var options = try Pipeline.fitOptions(
      settings, model: loaded, spec: spec, threads: context.threads)
    options.inputPerStep = Recordings.recognises(request.source)
    if options.inputPerStep { try Pipeline.checkEvents(options) }
    let start = options
    if let spec {
      _ = try plan(loaded.model, options: &options, settings: settings, spec: spec)
    } else {
      _ = try chooseLevels(loaded.model, options: &options, settings: settings, spec: nil)
    }
    let seed = settings.seed
    let training =
      options.inputPerStep
      ? try events(request, .train, for: loaded.model, steps: options.timeSteps, seed: seed)
      : try data(request, .train, for: loaded.model, seed: seed)
    if let spec, settings.planTrials ?? 0 > 1 {
      options = start
      _ = try tryPlans(
        loaded.model, options: &options, settings: settings, spec: spec, on: training)
    }
    let test =
      options.inputPerStep
      ? try events(request, .test, for: loaded.model, steps: options.timeSteps)
      : try data(request, .test, for: loaded.model)
    let context = context
    var result = try SpikeFitter.fit(
      loaded.model, options: options, training: training, evaluation: test, checkpoint: checkpoint,
      processes: context.processes,
      progress: { progress in
        log?.add(progress)
        context.progress(
          ProgressEvent(
            activity: "\(activity) epoch \(progress.epoch + 1)/\(settings.epochs)",
            done: progress.step, total: progress.steps, unit: "steps",
            detail: "loss \(Figure.decimal(progress.loss, places: 3)), accuracy "
              + "\(Figure.percent(progress.accuracy)), "
              + "\(Int(progress.samplesPerSecond)) samples/s"))
      }, isCancelled: context.isCancelled)
    result.findings = training.findings + result.findings
    return result
  }

  /// Training on recordings knows no teacher and no augmentation.
  private static func checkEvents(_ options: FitOptions) throws {
    let parts: [(String, Bool)] = [
      ("--teacher", options.quality.teacher != .none),
      ("augmentation", options.quality.augmentation != .none),
    ]
    for (what, isGiven) in parts where isGiven {
      throw PipelineError(
        .invalidOption, "Training on recordings has no \(what).", fix: "leave it out")
    }
  }

  static func fitOptions(
    _ settings: FitSettings, model: LoadedModel, spec: HardwareSpec?, threads: Int
  ) throws -> FitOptions {
    var target = FitTarget.neutral
    if let spec {
      target = FitTarget(spec, inputBits: settings.inputBits)
    } else if let bits = settings.inputBits {
      target.inputBits = bits
    }
    var options = FitOptions(target: target)
    options.uniqueWeights = settings.uniqueWeights
    options.bits = settings.bits
    try LayerSettings.apply(settings, to: &options, model: model.model)
    options.hasFreeZero = settings.freeZero
    try CodebookSettings.apply(settings, to: &options)
    try PruningSettings.apply(settings, to: &options, spec: spec)
    options.pruneShare = settings.prune
    options.epochs = Double(settings.epochs)
    options.batch = settings.batch
    if let rate = settings.learningRate { options.learning.rate = Float(rate) }
    options.seed = settings.seed
    try apply(settings.quality, to: &options)
    options.leak = try settings.leak.options()
    options.timeSteps = settings.timeSteps ?? model.model.timeSteps ?? 4
    options.threads = threads
    options.version = SfconvVersion.number
    options.inputHash = model.hash
    return options
  }
}
