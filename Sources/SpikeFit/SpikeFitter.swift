public import SpikeData
public import SpikeDiagnostics
public import SpikeEngine
public import SpikeGraph

/// SpikeFit: fine-tunes a spiking network under the limits of a chip.
///
/// Surrogate-gradient training through time at the final window, with a learnable codebook (CAT)
/// and gradual removal of channels by their Fisher spike contribution (FSC); towards the end the
/// forward pass uses the chip's integers, so that what was trained is what the chip computes. It
/// implements the ideas of the abstract of SpikeFit (Kartashov et al., arXiv 2510.15542); the
/// formulas are ours.
public enum SpikeFitter {
  /// Samples on which synaptic operations are counted.
  static let operationSamples = 500
  /// Where the conversion records what 1 of the read-out means in logits of the ANN.
  static let logitsScale = "logits.scale"

  /// Fits a spiking model.
  ///
  /// - Parameters:
  ///   - model: A converted model (`spiking`), or an imported SNN.
  ///   - training: Labelled bytes of the network's input shape.
  ///   - evaluation: Data for the accuracies of the result; nil skips them.
  ///   - checkpoint: Where the state of the run is kept; nil for nowhere. A run that is continued
  ///     gives the same model as one that was never interrupted.
  ///   - processes: Who trains together. All of them make this call, with the same arguments; each
  ///     works on shards of every batch, and all get the same result, that of one process. The
  ///     first one reads and writes the checkpoint.
  ///   - progress: Called every few steps, in the first process.
  ///   - isCancelled: Asked before every step; after true in any process the model so far is
  ///     finished and returned, marked as interrupted.
  /// - Returns: The fitted model with its figures. The same seed gives the same bytes on any number
  ///   of threads.
  /// - Throws: any `fit.…` code.
  public static func fit(
    _ model: Model, options: FitOptions, training: Dataset, evaluation: Dataset? = nil,
    checkpoint: FitCheckpoint? = nil, processes: any ProcessRing = OneProcess(),
    progress: (FitProgress) -> Void = { _ in }, isCancelled: () -> Bool = { false }
  ) throws(FitError) -> FitResult {
    var options = options
    // Real weights have no codebook and no integers, whatever a chip would ask for.
    if options.quality.isFullPrecision {
      options.uniqueWeights = nil
      options.layers = FitOptions.Layers()
    }
    try options.check()
    let isScratch = options.quality.startsFromScratch
    if options.logitScale == nil {
      options.logitScale = isScratch ? 1 : recordedLogitScale(model)
    }
    // The model first, then the data, then what needs both.
    var form = try NormalForm(model, options: options, thresholdFactor: 1)
    _ = try TrainableNetwork(form, options: options)
    let steps = options.inputPerStep ? options.timeSteps : nil
    try check(training, against: form, steps: steps)
    if let evaluation { try check(evaluation, against: form, steps: steps) }
    let fingerprint =
      checkpoint != nil || processes.count > 1
      ? RunFingerprint(options, model, training: training, evaluation: evaluation) : nil
    if let fingerprint { try FitAgreement.check(fingerprint, options: options, processes) }
    var factor = options.thresholdFactor ?? 1
    if options.thresholdFactor == nil, !isScratch {
      factor = try ThresholdCalibration.factor(for: model, options: options, data: training)
    }
    form = try NormalForm(model, options: options, thresholdFactor: factor)
    if isScratch { try Initialisation.apply(to: &form, options: options, data: training) }
    let network = try TrainableNetwork(form, options: options)

    let parts = Validation.split(training, options)
    var run = try TrainingRun(
      network, data: parts.training, heldOut: parts.out, processes: processes)
    let configuration = TrainingRun.configuration(options)
    let (scale, bits) = (form.inputScale, form.inputBits)
    func floatEvaluator(_ graph: Graph) -> Evaluator {
      Evaluator(
        graph: graph, configuration: configuration, scale: scale, offset: [0], bits: bits,
        processes: processes)
    }
    var startAccuracy: Double?
    var isContinued = false
    if let checkpoint, let fingerprint, checkpoint.resumes,
      let found = try CheckpointFile.read(
        checkpoint.path, of: fingerprint, options: options, processes: processes)
    {
      try run.resume(found.state)
      startAccuracy = found.startAccuracy
      isContinued = true
    }
    if let evaluation, !isContinued {
      startAccuracy = try floatEvaluator(network.form.graph).accuracy(on: evaluation)
    }
    var clock: CheckpointClock?
    if let checkpoint, let fingerprint, processes.isFirst {
      clock = CheckpointClock(checkpoint, fingerprint, startAccuracy: startAccuracy)
    }
    try run.run(
      progress: { if processes.isFirst { progress($0) } }, isCancelled: isCancelled,
      measure: { engine in
        evaluation.map { floatEvaluator(network.form.graph).accuracy(of: engine, on: $0) }
      },
      save: { (state, step, isLast) throws(FitError) in
        try clock?.tick(state, step: step, isLast: isLast)
      })

    let end = try finish(run.result, of: model, options: options)
    var result = FitResult(
      model: end.model, floatAccuracy: run.floatAccuracy, integerAccuracy: nil,
      startAccuracy: startAccuracy, finalLoss: run.meter.lastLoss,
      channels: channels(of: network, run.network), operationsBefore: nil, operationsAfter: nil,
      steps: run.step, plannedSteps: run.steps, seconds: run.meter.seconds,
      samplesPerSecond: run.meter.samplesPerSecond, isInterrupted: run.isInterrupted,
      findings: end.findings)
    if let evaluation {
      let isReal = options.quality.isFullPrecision
      let after =
        isReal
        ? floatEvaluator(end.model.graph)
        : Evaluator(
          graph: end.model.graph, configuration: configuration, scale: 1, offset: [0], bits: bits,
          processes: processes)
      let accuracy = try after.accuracy(on: evaluation)
      if isReal { result.floatAccuracy = accuracy } else { result.integerAccuracy = accuracy }
      let some = evaluation.prefix(operationSamples)
      result.operationsBefore = try floatEvaluator(model.graph).operations(on: some)
      result.operationsAfter = try after.operations(on: some)
    }
    try FitAgreement.checkWhole(processes)
    result.budgets = budgets(of: run.network, operations: result.operationsAfter)
    result.findings += result.budgets.compactMap(\.finding)
    result.model.history.append(FitHistory.record(result, options))
    return result
  }

  /// The model that a run has made: integers, or real weights where those were asked for.
  private static func finish(
    _ network: TrainableNetwork, of model: Model, options: FitOptions
  ) throws(FitError) -> (model: Model, findings: [Finding]) {
    guard !options.quality.isFullPrecision else {
      return (realModel(network, of: model, options: options), [])
    }
    let fitted = try finish(network)
    let form = network.form
    return (
      Model(
        graph: fitted.graph, stage: .fitted,
        encoding: InputEncoding(scale: [form.inputScale], offset: [0], bits: form.inputBits),
        timeSteps: options.timeSteps, codebooks: fitted.codebooks, history: model.history),
      fitted.findings
    )
  }

  /// What 1 of the read-out means in logits of the network that the model came from.
  static func recordedLogitScale(_ model: Model) -> Float {
    let record = model.history.last { $0.metrics[logitsScale] != nil }
    return record?.metrics[logitsScale].map { Float($0) } ?? 1
  }

  /// Chooses integers where training ended before they came in, and builds the integer graph.
  private static func finish(_ network: TrainableNetwork) throws(FitError) -> FittedGraph {
    var network = network
    try network.narrow(to: network.options.chip.mostChannels)
    network.startCodebooks()
    let units = network.integers ?? IntegerUnits(network)
    return try FittedGraph(network, units: units)
  }

  static func channels(
    of before: TrainableNetwork, _ after: TrainableNetwork
  ) -> [FitResult.PopulationChannels] {
    zip(before.structure.populations, after.structure.populations).filter { $0.0.spikes }.map {
      FitResult.PopulationChannels(
        node: before.form.graph.nodes[$0.node].name, before: $0.channels, after: $1.channels)
    }
  }

  static func check(
    _ data: Dataset, against form: NormalForm, steps: Int? = nil
  ) throws(FitError) {
    let shape = (steps.map { [$0] } ?? []) + (form.graph.inputs.first?.shape.dimensions ?? [])
    guard data.sampleShape == shape else {
      throw FitError(
        .unsuitableData,
        "Samples of '\(data.name)' have the shape \(data.sampleShape); the network takes \(shape).",
        fix: "give data of that shape")
    }
    do throws(DataError) {
      try data.checkEncoding(scale: [form.inputScale], offset: [0], bits: form.inputBits)
      let outputs = try outputCount(form.graph)
      try data.checkLabels(outputs: outputs)
    } catch {
      throw FitError(
        .unsuitableData, error.message, at: error.location, fix: error.fix, cause: error)
    }
  }

  private static func outputCount(_ graph: Graph) throws(DataError) -> Int {
    guard let shapes = try? graph.inferredShapes(), let name = graph.outputs.first else { return 0 }
    return shapes[name]?.elementCount ?? 0
  }
}
