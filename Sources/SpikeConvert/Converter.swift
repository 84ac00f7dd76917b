public import SpikeData
public import SpikeDiagnostics
import SpikeEngine
public import SpikeGraph

/// ANN to SNN by rate coding: the story, from a trained network to populations of neurons.
public enum Converter {
  /// Converts a network.
  ///
  /// Checks the source; runs the passes of ``ConversionRecipe`` and proves on samples that they kept
  /// the function; chooses thresholds from the activations on the calibration data; builds the SNN;
  /// runs both side by side for the report.
  ///
  /// - Parameters:
  ///   - model: The ANN with the input encoding that it was trained for.
  ///   - options: How.
  ///   - calibration: Some hundred samples of the training data; labels are not used.
  ///   - threads: Threads to use; the result does not depend on them.
  ///   - progress: Called now and then.
  /// - Throws: any `convert.…` code.
  /// - Complexity: two runs of the ANN and one of the SNN over the calibration data; with
  ///   ``ConvertOptions/calibratesBias`` one more of each for every layer.
  public static func convert(
    _ model: Model, options: ConvertOptions, calibration: Dataset, threads: Int,
    progress: (ConversionProgress) -> Void = { _ in }
  ) throws(ConvertError) -> ConversionResult {
    let options = try options.checked()
    try SourceCheck.check(model)
    let input = model.graph.inputs[0].shape
    let prepared = try prepare(model, options, calibration.prefix(8), threads)
    let data = try CalibrationData(calibration, prepared.encoding, input: input)
    let total = data.dataset.count
    let ann = prepared.graph

    let statistics = try ActivationStatistics(
      of: ann, data, scope: options.scope, threads: threads
    ) {
      progress(ConversionProgress(step: "activations", completed: $0, total: total))
    }
    let annNetwork = try Network.running(ann, timeSteps: 1, threads: threads)
    var plan = ThresholdPlan(ann, statistics, options)
    if options.refinesThresholds {
      try refine(&plan, statistics, annNetwork, data, options, threads, progress)
    }
    var builder = try SpikingGraphBuilder(ann, thresholds: plan.thresholds, options: options)
    let scale = try builder.build()
    var graph = builder.graph
    try checkWhole(graph, against: model.graph)
    if options.calibratesBias {
      let calibration = BiasCalibration(
        ann: annNetwork, thresholds: plan.thresholds, data: data.prefix(biasSamples),
        timeSteps: options.timeSteps, threads: threads)
      graph = try calibration.calibrated(graph, units: builder.currentUnits, output: scale) {
        progress(ConversionProgress(step: "biases", completed: $0, total: $1))
      }
    }
    let names = ann.nodes.filter(\.isActivation).map(\.name)
    let comparison = try RateComparison(
      annNetwork, try Network.running(graph, timeSteps: options.timeSteps, threads: threads),
      names, thresholds: plan.thresholds, data
    ) {
      progress(ConversionProgress(step: "rates", completed: $0, total: total))
    }
    let reports = names.compactMap { name in
      report(name, comparison, plan, timeSteps: options.timeSteps)
    }
    var result = model
    result.graph = graph
    result.stage = .spiking
    result.encoding = prepared.encoding
    result.timeSteps = options.timeSteps
    result.history.append(record(options, reports, scale, samples: total))
    return ConversionResult(
      model: result, layers: reports,
      findings: prepared.findings + plan.findings + builder.findings
        + activityFindings(reports, plan, options))
  }

  /// All passes, with the proof that those which promise it kept the function.
  private static func prepare(
    _ model: Model, _ options: ConvertOptions, _ samples: Dataset, _ threads: Int
  ) throws(ConvertError) -> ConversionState {
    var state = ConversionState(graph: model.graph, encoding: model.encoding, options: options)
    let input = model.graph.inputs[0].shape
    // These may change the function on request (leaky ReLU) or drop its softmax.
    try ConversionRecipe.run(&state, until: "settle-activations")
    guard state.graph.nodes.contains(where: \.isActivation) else {
      throw ConvertError(
        .noActivation, "No activation is left on the way from the input to the output.",
        fix: "check that the network was exported whole")
    }
    let before = state
    try ConversionRecipe.run(&state, after: "settle-activations")
    try FunctionCheck.check(
      before.graph, try CalibrationData(samples, before.encoding, input: input),
      state.graph, try CalibrationData(samples, state.encoding, input: input), threads: threads)
    return state
  }

  /// Samples for the runs that try thresholds out, and for those that correct biases.
  private static let refinementSamples = 128
  private static let biasSamples = 256

  private static func refine(
    _ plan: inout ThresholdPlan, _ statistics: ActivationStatistics, _ ann: Network,
    _ data: CalibrationData, _ options: ConvertOptions, _ threads: Int,
    _ progress: (ConversionProgress) -> Void
  ) throws(ConvertError) {
    let samples = data.prefix(refinementSamples)
    let inputs = samples.all()
    let count = samples.dataset.count
    let refinement = ThresholdRefinement(
      ann: ann.graph, logits: ann.infer(inputs, count: count), inputs: inputs, count: count,
      groups: plan.groups,
      caps: Dictionary(uniqueKeysWithValues: ann.graph.nodes.map { ($0.name, $0.cap) }),
      options: options, threads: threads)
    plan.replace(
      try refinement.refined(plan.thresholds) {
        progress(ConversionProgress(step: "thresholds", completed: $0, total: $1))
      }, statistics)
  }

  /// A converter must not return a network that is cut short.
  private static func checkWhole(_ snn: Graph, against ann: Graph) throws(ConvertError) {
    let before = (try? ann.inferredShapes())?[ann.outputs[0]]
    do throws(GraphError) {
      let after = try snn.inferredShapes()[snn.outputs[0]]
      if before?.elementCount == after?.elementCount { return }
    } catch {
      throw ConvertError(
        .functionChanged, "The converted network is not whole.",
        fix: "report this with the model; it is a defect of sfconv", cause: error)
    }
    throw ConvertError(
      .functionChanged, "The converted network has another output shape.",
      fix: "report this with the model; it is a defect of sfconv")
  }

  private static func report(
    _ name: String, _ comparison: RateComparison, _ plan: ThresholdPlan, timeSteps: Int
  ) -> LayerReport? {
    guard let layer = comparison.layers[name], let threshold = plan.thresholds[name] else {
      return nil
    }
    return LayerReport(
      name: name, shape: layer.shape, threshold: ThresholdSummary(threshold.values),
      shareClipped: plan.clipped[name] ?? 0, rateError: layer.rateError,
      meanRate: layer.meanRate(timeSteps: timeSteps),
      silentChannels: layer.spikes.count { $0 == 0 })
  }
}
