public import SpikeData
public import SpikeDiagnostics
import SpikeEngine
public import SpikeGraph

/// Fitting without training data.
///
/// Nothing is learned: channels go by the magnitude of their weights, codebooks are placed by exact
/// clustering with the second moment of each input as curvature, integers are chosen as after
/// training, and what quantisation adds to the mean current of every channel is taken off its bias,
/// layer by layer from the front (as Nagel et al., ICCV 2019, do for quantised networks). Rates that
/// this needs are measured on noise, because there is nothing else.
extension SpikeFitter {
  /// Samples of noise.
  private static let noiseSamples = 128

  /// Fits a spiking model without training.
  /// - Parameters:
  ///   - samples: Unlabelled samples to measure rates on; nil for noise.
  ///   - evaluation: Data for the accuracies of the result; they decide nothing.
  /// - Returns: the fitted model, with findings that say what could not be done.
  /// - Throws: any `fit.…` code.
  public static func fitWithoutTraining(
    _ model: Model, options given: FitOptions, samples: Dataset? = nil,
    evaluation: Dataset? = nil
  ) throws(FitError) -> FitResult {
    var options = given
    options.epochs = 0
    options.codebook.importance = .gradients
    if options.codebook.channelScales == .learned { options.codebook.channelScales = .fixed }
    try options.check()
    let plain = try NormalForm(model, options: options, thresholdFactor: 1)
    let data = try stimuli(samples, plain, options)
    let factor = try ThresholdCalibration.factor(for: model, options: options, data: data)
    let form = try NormalForm(model, options: options, thresholdFactor: factor)
    var inputs: [Float] = []
    data.fillBatch(
      0..<data.count, scale: [form.inputScale], offset: [0], bits: form.inputBits, into: &inputs)

    let before = try TrainableNetwork(form, options: options)
    var network = before
    network.quantise()
    try network.narrow(to: widths(network, options))
    network.writeGraph()
    let reference = network
    let moments = try measure(reference, inputs, data.count)
    network.weigh(moments)
    network.startCodebooks()
    let units = IntegerUnits(network)
    network.integers = units
    network.quantise()
    try correctBiases(&network, reference: reference, moments, inputs, data.count)
    let fitted = try FittedGraph(network, units: units)

    var result = FitResult(
      model: Model(
        graph: fitted.graph, stage: .fitted,
        encoding: InputEncoding(scale: [form.inputScale], offset: [0], bits: form.inputBits),
        timeSteps: options.timeSteps, codebooks: fitted.codebooks, history: model.history),
      floatAccuracy: nil, integerAccuracy: nil, startAccuracy: nil, finalLoss: 0,
      channels: channels(of: before, network), operationsBefore: nil, operationsAfter: nil,
      steps: 0, plannedSteps: 0, seconds: 0, samplesPerSecond: 0, isInterrupted: false,
      findings: fitted.findings)
    if let evaluation {
      try check(evaluation, against: form)
      let configuration = TrainingRun.configuration(options)
      result.startAccuracy = try Evaluator(
        graph: reference.form.graph, configuration: configuration, scale: form.inputScale,
        offset: [0], bits: form.inputBits
      ).accuracy(on: evaluation)
      result.integerAccuracy = try Evaluator(
        graph: fitted.graph, configuration: configuration, scale: 1, offset: [0],
        bits: form.inputBits
      ).accuracy(on: evaluation)
    }
    result.findings.append(confession(options, factor: factor, hasSamples: samples != nil))
    result.model.history.append(FitHistory.record(result, options))
    return result
  }

  /// Samples with the labels that a teacher gives them: what it can teach without any truth.
  /// - Parameter start: The model that is fitted, where no other one teaches.
  /// - Throws: `fit.engine`, `fit.unsuitable-teacher`.
  public static func labelled(
    _ samples: Dataset, by teacher: FitOptions.Quality.Teacher, of start: Model, threads: Int
  ) throws(FitError) -> Dataset {
    var model = start
    if case .model(let other) = teacher { model = other }
    let engine = try Network.make(
      model.graph,
      EngineConfiguration(
        timeSteps: model.timeSteps ?? 1, batch: 64, threads: threads, training: false))
    guard engine.inputShape.elementCount == samples.sampleSize else {
      throw FitError(
        .unsuitableTeacher,
        "The teacher takes samples of \(engine.inputShape); they have \(samples.sampleShape).",
        fix: "choose a teacher for the same data")
    }
    do throws(DataError) {
      try samples.checkEncoding(
        scale: model.encoding.scale, offset: model.encoding.offset, bits: model.encoding.bits)
    } catch {
      throw FitError(.unsuitableTeacher, error.message, at: error.location, fix: error.fix)
    }
    var labels: [Int] = []
    var batch: [Float] = []
    for start in stride(from: 0, to: samples.count, by: 256) {
      let range = start..<min(start + 256, samples.count)
      samples.fillBatch(
        range, scale: model.encoding.scale, offset: model.encoding.offset,
        bits: model.encoding.bits, into: &batch)
      let outputs = engine.infer(batch, count: range.count)
      let width = max(1, outputs.count / range.count)
      for row in range.indices {
        let first = (row - range.lowerBound) * width
        var best = first
        for index in first..<first + width where outputs[index] > outputs[best] { best = index }
        labels.append(best - first)
      }
    }
    return samples.relabelled(labels)
  }

  // MARK: Steps

  private static func stimuli(
    _ samples: Dataset?, _ form: NormalForm, _ options: FitOptions
  ) throws(FitError) -> Dataset {
    if let samples {
      try check(samples, against: form)
      return samples
    }
    let shape = form.graph.inputs.first?.shape.dimensions ?? []
    do throws(DataError) {
      return try NoiseData.make(shape: shape, count: noiseSamples, seed: options.seed)
    } catch {
      throw FitError(.unsuitableData, error.message, fix: error.fix, cause: error)
    }
  }

  /// The planned widths, and what the user prunes, the same share everywhere.
  private static func widths(
    _ network: TrainableNetwork, _ options: FitOptions
  ) -> [String: Int] {
    var widths: [String: Int] = [:]
    for group in ChannelGroup.prunable(of: network) {
      let name = Pruner.name(of: group, network)
      let kept = Int((Double(group.channels) * (1 - options.pruneShare)).rounded())
      widths[name] = max(1, min(kept, options.chip.mostChannels[name] ?? group.channels))
    }
    return widths
  }

  private static func measure(
    _ network: TrainableNetwork, _ inputs: [Float], _ count: Int
  ) throws(FitError) -> InputMoments {
    let engine = try Network.make(
      network.form.graph, TrainingRun.configuration(network.options))
    return InputMoments(network, engine: engine, inputs: inputs, count: count)
  }

  /// Takes the mean error of every channel's current off its bias, front to back: the layers behind
  /// are measured with what was corrected before.
  private static func correctBiases(
    _ network: inout TrainableNetwork, reference: TrainableNetwork, _ moments: InputMoments,
    _ inputs: [Float], _ count: Int
  ) throws(FitError) {
    for index in network.layers.indices where network.layers[index].bias != nil {
      network.writeGraph()
      let now = try measure(network, inputs, count)
      let wanted = moments.outputs(
        of: index, reference.layers[index], weights: reference.layers[index].quantised)
      let given = now.outputs(
        of: index, network.layers[index], weights: network.layers[index].quantised)
      for row in wanted.indices {
        network.layers[index].bias?.values[row] += Float(wanted[row] - given[row])
      }
    }
  }

  private static func confession(
    _ options: FitOptions, factor: Float, hasSamples: Bool
  ) -> Finding {
    var missing = [
      hasSamples
        ? "rates were measured on unlabelled samples"
        : "rates were measured on noise, not on samples of the task",
      "nothing was trained through time",
    ]
    if options.pruneShare > 0 || !options.chip.mostChannels.isEmpty {
      missing.append("channels went by the size of their weights, not by their effect")
    }
    if options.target.biasRange == 0...0 {
      missing.append("the chip has no biases: mean errors stay, and biases of the model are lost")
    }
    if !options.target.hasChannelThresholds {
      missing.append("one threshold a layer: channels have no factors of their own")
    }
    if options.leak.mode == .learn { missing.append("leaks stay where they would start") }
    if factor != 1 { missing.append("all thresholds were multiplied by \(factor)") }
    return Finding(
      .warning, code: "fit.data-free",
      message: "Fitted without training: \(missing.joined(separator: "; ")).",
      fix: "give training data, or some unlabelled samples (--samples)")
  }
}

extension TrainableNetwork {
  /// Puts the second moments of inputs in place of gradients: ½ E[x²] (w - c)² is what a changed weight
  /// costs its neuron, and in normal form all neurons have the threshold 1.
  mutating func weigh(_ moments: InputMoments) {
    for index in layers.indices where !moments.squares[index].isEmpty {
      let columns = max(1, layers[index].columns)
      let taps = max(1, columns / max(1, layers[index].shape[1]))
      let floor = 1e-3 * (moments.squares[index].max() ?? 1)
      let scales = layers[index].rowScales
      layers[index].squares = (0..<layers[index].latent.values.count).map { element in
        let square = max(floor, moments.squares[index][element % columns / taps])
        let scale = Double(scales[element / columns])
        return Float(square * scale * scale)
      }
    }
  }
}
