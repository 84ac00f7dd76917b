import SpikeConvert
import SpikeData
import SpikeDiagnostics
import SpikeEngine
import SpikeGraph
import SpikeModelFile

extension Pipeline {
  /// Turns an imported network into a spiking one, and measures it on the test data.
  /// - Throws: any `model.…`, `data.…` or `convert.…` code.
  public func convert(_ request: ConvertRequest) throws -> Outcome {
    let options = try Pipeline.convertOptions(request)
    let loaded = try load(request.input, stages: [.imported], for: "convert")
    let converted = try convert(
      loaded, options: options, data: request.data, calibrationSamples: request.calibrationSamples,
      seed: request.seed)
    try ModelFile.write(converted.model, to: request.output)
    return Outcome(
      summary: converted.summary(output: request.output),
      text: [
        "\(request.output): spiking model for \(options.timeSteps) time steps", "",
        converted.layerTable, "", converted.curveTable,
      ].joined(separator: "\n"), findings: converted.findings)
  }

  /// What a conversion made and measured.
  struct Converted {
    var model: Model
    var layers: [LayerReport]
    var findings: [Finding]
    /// Accuracy of the network before conversion.
    var original: Measured
    /// Accuracy after 1, 2, 4, … time steps.
    var curve: [AccuracyPoint]

    var layerTable: String {
      var table = TextTable("layer", "threshold", "clipped", "rate error")
      for layer in layers {
        let (low, high) = (layer.threshold.minimum, layer.threshold.maximum)
        let threshold =
          low == high
          ? Figure.decimal(low, places: 4)
          : "\(Figure.decimal(low, places: 4))…\(Figure.decimal(high, places: 4))"
        table.add(
          layer.name, threshold, Figure.percent(layer.shareClipped),
          Figure.percent(layer.rateError))
      }
      return table.text
    }

    var curveTable: String {
      var table = TextTable("time steps", "accuracy")
      for point in curve { table.add("\(point.timeSteps)", Figure.percent(point.accuracy)) }
      table.add("before conversion", Figure.percent(original.accuracy))
      return table.text
    }

    func summary(output: String?) -> Summary {
      .members([
        "output": output.map { .text($0) },
        "accuracyBefore": .number(original.accuracy),
        "curve": .list(
          curve.map {
            .members(["timeSteps": .integer($0.timeSteps), "accuracy": .number($0.accuracy)])
          }),
        "layers": .list(
          layers.map {
            .members([
              "name": .text($0.name), "threshold": .number($0.threshold.mean),
              "shareClipped": .number($0.shareClipped), "rateError": .number($0.rateError),
            ])
          }),
        "findings": .list(findings.map(Summary.finding)),
      ])
    }
  }

  func convert(
    _ loaded: LoadedModel, options: ConvertOptions, data request: DataRequest,
    calibrationSamples: Int, seed: UInt64
  ) throws -> Converted {
    let training = try data(request, .train, for: loaded.model, seed: seed)
    let test = try data(request, .test, for: loaded.model)
    let context = context
    var result = try Converter.convert(
      loaded.model, options: options,
      calibration: training.calibration(calibrationSamples, seed: seed), threads: context.threads,
      progress: { context.progress(ProgressEvent("convert: ", $0)) })
    let original = try measure(loaded.model, on: test, timeSteps: 1, counts: false)
    let steps = [1, 2, 4, 8, 16, 32]
    let curve = try Converter.accuracyCurve(
      result.model, test, steps: steps, threads: context.threads,
      progress: { context.progress(ProgressEvent("accuracy curve: ", $0)) })
    var metrics = ["accuracy.before": original.accuracy]
    for point in curve { metrics["accuracy.T\(point.timeSteps)"] = point.accuracy }
    if let last = result.model.history.indices.last {
      result.model.history[last].version = SfconvVersion.number
      result.model.history[last].inputHash = loaded.hash
      result.model.history[last].seed = seed
      result.model.history[last].metrics.merge(metrics) { _, new in new }
    }
    return Converted(
      model: result.model, layers: result.layers,
      findings: test.findings + result.findings
        + Pipeline.encodingWarning(test, loaded.model),
      original: original, curve: curve)
  }

  static func convertOptions(_ request: ConvertRequest) throws -> ConvertOptions {
    ConvertOptions(
      timeSteps: request.timeSteps,
      rule: try choice(
        request.thresholdRule, "--threshold",
        [
          "mmse": .minimumError, "percentile": .percentile(request.percentile / 100),
          "max": .maximum,
        ]),
      scope: try choice(
        request.thresholdScope, "--scope", ["layer": .layer, "channel": .channel]),
      batchNormalization: try choice(
        request.batchNormalization, "--fold-batch-norm",
        ["thresholds": .intoThreshold, "weights": .intoWeights]),
      maximumPooling: try choice(
        request.maximumPooling, "--max-pool", ["spikes": .spikes, "cumulative": .cumulative]),
      reset: try choice(
        request.reset, "--reset", ["subtract": .bySubtraction, "zero": .toValue(0)]))
  }

  /// The meaning of a word of an option, or an error with the allowed words.
  static func choice<Value>(
    _ word: String, _ option: String, _ meanings: [String: Value]
  ) throws -> Value {
    if let meaning = meanings[word] { return meaning }
    let allowed = meanings.keys.sorted()
    throw PipelineError(
      .invalidOption, "\(option) is '\(word)'; allowed: \(allowed.joined(separator: ", ")).",
      fix: Suggestion.nearest(to: word, among: allowed).map { "did you mean '\($0)'?" }
        ?? "choose one of them")
  }
}

extension ProgressEvent {
  fileprivate init(_ prefix: String, _ progress: ConversionProgress) {
    self.init(
      activity: prefix + progress.step, done: progress.completed, total: progress.total,
      unit: "samples")
  }
}
