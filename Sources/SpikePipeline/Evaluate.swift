import SpikeBundle
import SpikeBytes
import SpikeData
import SpikeDiagnostics
import SpikeEngine
import SpikeGraph
import SpikeSimulate

/// Accuracy and activity of a network on data.
struct Measured {
  var samples: Int
  var predictions: [Int]
  var correct: Int
  /// What each sample did, of bundles.
  var outcomes: [SpikeSimulate.Outcome] = []
  /// Per sample, NeuroBench's definitions; nil for ANNs.
  var accumulates: Double?
  var multiplyAccumulates: Double?
  var spikes: Double?
  /// Of chips that work on one spike after the other.
  var longestQueue: Int64 = 0, queueDrops: Int64 = 0

  var accuracy: Double { samples == 0 ? 0 : Double(correct) / Double(samples) }
}

extension Pipeline {
  /// Measures a model in floating point or a bundle in the integers of its chip.
  /// - Throws: any `model.…`, `bundle.…`, `data.…`, `engine.…` or `simulate.…` code.
  public func evaluate(_ request: EvaluateRequest) throws -> Outcome {
    switch try FileKind.of(request.input) {
    case .bundle:
      guard request.timeSteps == nil else {
        throw PipelineError(
          .invalidOption, "A bundle has its own number of time steps.",
          at: Location(file: request.input), fix: "leave --time-steps out")
      }
      let bundle = try BundleFile.read(path: request.input)
      let inputPerStep = Recordings.recognises(request.data.source)
      let data =
        try inputPerStep ? bundleEvents(request.data, bundle) : bundleData(request.data, bundle)
      let measured = try measure(bundle, on: data, inputPerStep: inputPerStep)
      try Pipeline.write(measured, data, to: request.predictions)
      var outcome = Pipeline.outcome(
        of: measured, file: request.input,
        kind: "\(bundle.arithmetic.rawValue) integers", timeSteps: bundle.timeSteps)
      outcome.findings += data.findings + Pipeline.queueWarning(measured, bundle)
      return outcome
    case .model:
      let loaded = try load(request.input, stages: ModelStage.allCases, for: "eval")
      if let outcome = try evaluateEvents(loaded.model, request) { return outcome }
      let data = try data(request.data, .test, for: loaded.model)
      let isSpiking = loaded.model.graph.nodes.contains { $0.operator.isNeuron }
      let steps = isSpiking ? request.timeSteps ?? loaded.model.timeSteps ?? 1 : 1
      let measured = try measure(loaded.model, on: data, timeSteps: steps, counts: isSpiking)
      try Pipeline.write(measured, data, to: request.predictions)
      var outcome = Pipeline.outcome(
        of: measured, file: request.input, kind: "float32", timeSteps: isSpiking ? steps : nil)
      outcome.findings += data.findings + Pipeline.encodingWarning(data, loaded.model)
      return outcome
    case .onnx, .network:
      throw PipelineError(
        .unknownFileKind, "This is a network of another program; eval takes a model or a bundle.",
        at: Location(file: request.input), fix: "run 'sfconv import' on it first")
    }
  }

  /// Runs a model in the float engine over all samples.
  ///
  /// - Parameters:
  ///   - inputPerStep: whether samples are `[T][…]` instead of one input for all steps.
  ///   - round: samples that are encoded at once.
  func measure(
    _ model: Model, on data: Dataset, timeSteps: Int, counts: Bool, inputPerStep: Bool = false,
    round: Int = 512
  ) throws -> Measured {
    let network = try Network(
      model.graph,
      EngineConfiguration(
        timeSteps: timeSteps, inputPerStep: inputPerStep, batch: 64, threads: context.threads))
    var measured = Measured(samples: data.count, predictions: [], correct: 0)
    var (accumulates, multiplies, spikes) = (0.0, 0.0, 0.0)
    var inputs: [Float] = []
    // A fitted graph takes the integers of the chip; its encoding only says what integer 1 means.
    let isInteger = model.stage == .fitted
    for batch in Pipeline.batches(of: data.count, size: round) {
      data.fillBatch(
        batch, scale: isInteger ? [1] : model.encoding.scale,
        offset: isInteger ? [0] : model.encoding.offset, bits: model.encoding.bits, into: &inputs)
      measured.predictions += Pipeline.largest(
        network.infer(inputs, count: batch.count), rows: batch.count)
      if counts {
        let statistics = network.spikeStatistics(inputs, count: batch.count)
        accumulates += statistics.effectiveACs * Double(batch.count)
        multiplies += statistics.effectiveMACs * Double(batch.count)
        spikes += statistics.spikes * Double(batch.count)
      }
      context.progress(
        ProgressEvent(activity: "eval", done: batch.upperBound, total: data.count, unit: "images"))
    }
    measured.correct = zip(measured.predictions, data.labels).count { $0 == $1 }
    if counts {
      let samples = Double(max(1, data.count))
      measured.accumulates = accumulates / samples
      measured.multiplyAccumulates = multiplies / samples
      measured.spikes = spikes / samples
    }
    return measured
  }

  /// Runs a bundle in the integers of its chip over all samples.
  /// - Parameter inputPerStep: whether samples are `[T][…]` instead of one input for all steps.
  func measure(
    _ bundle: Bundle, on data: Dataset, inputPerStep: Bool = false
  ) throws -> Measured {
    guard let bytes = data.rawBytes() else {
      throw PipelineError(
        .invalidOption, "The data are numbers; a bundle takes bytes 0 to 255.",
        at: Location(file: data.name), fix: "give data of type uint8")
    }
    let result = try IntegerSimulator(bundle).evaluate(
      samples: bytes, labels: data.labels, threads: context.threads, inputPerStep: inputPerStep)
    var measured = Measured(
      samples: data.count, predictions: result.predictions, correct: result.correct,
      accumulates: result.perSample(\.accumulates),
      multiplyAccumulates: result.perSample(\.multiplyAccumulates),
      spikes: Double(result.populationSpikes.reduce(0, +)) / Double(max(1, data.count)))
    measured.outcomes = result.outcomes
    measured.longestQueue = result.counts.longestQueue
    measured.queueDrops = result.counts.queueDrops
    return measured
  }

  /// Says where spikes were lost in the chip's queue.
  static func queueWarning(_ measured: Measured, _ bundle: Bundle) -> [Finding] {
    guard measured.queueDrops > 0 else { return [] }
    return [
      Finding(
        .warning, code: "pipeline.queue-overflow",
        message: "\(measured.queueDrops) spikes found the queue of \(bundle.target) full and were "
          + "lost; the accuracy counts them as lost.",
        fix: "prune more, or fit with higher thresholds (fewer spikes)")
    ]
  }

  func bundleData(_ request: DataRequest, _ bundle: Bundle) throws -> Dataset {
    let whole = try DataSource.load(
      request.source, split: .test, inputShape: bundle.input.shape)
    let data = request.testLimit.map { whole.prefix($0) } ?? whole
    try data.checkLabels(outputs: bundle.populations.last?.neuronCount ?? 0)
    return data
  }

  static func batches(of count: Int, size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
  }

  /// Index of the largest number of each row; ties go to the lowest index.
  static func largest(_ values: [Float], rows: Int) -> [Int] {
    let width = values.count / max(1, rows)
    return (0..<rows).map { row in
      var best = 0
      for column in 1..<max(1, width)
      where values[row * width + column] > values[row * width + best] { best = column }
      return best
    }
  }

  static func outcome(
    of measured: Measured, file: String, kind: String, timeSteps: Int?
  ) -> Outcome {
    var table = TextTable("figure", "value")
    table.add("accuracy", Figure.percent(measured.accuracy))
    table.add(
      "correct", "\(Figure.grouped(measured.correct)) of \(Figure.grouped(measured.samples))")
    table.add("arithmetic", kind)
    if let timeSteps { table.add("time steps", "\(timeSteps)") }
    if let spikes = measured.spikes {
      table.add("spikes per sample", Figure.decimal(spikes, places: 0))
    }
    if measured.longestQueue > 0 {
      table.add("longest queue", "\(measured.longestQueue) spikes, \(measured.queueDrops) lost")
    }
    if let accumulates = measured.accumulates {
      table.add("effective ACs per sample", Figure.grouped(Int(accumulates)))
    }
    if let multiplies = measured.multiplyAccumulates {
      table.add("effective MACs per sample", Figure.grouped(Int(multiplies)))
    }
    return Outcome(
      summary: .members([
        "file": .text(file), "accuracy": .number(measured.accuracy),
        "correct": .integer(measured.correct), "samples": .integer(measured.samples),
        "arithmetic": .text(kind), "timeSteps": timeSteps.map { .integer($0) },
        "spikesPerSample": measured.spikes.map { .number($0) },
        "longestQueue": measured.longestQueue > 0
          ? .integer(Int(measured.longestQueue)) : nil,
        "queueDrops": measured.longestQueue > 0 ? .integer(Int(measured.queueDrops)) : nil,
        "effectiveACsPerSample": measured.accumulates.map { .number($0) },
        "effectiveMACsPerSample": measured.multiplyAccumulates.map { .number($0) },
      ]), text: table.text)
  }
}
