import SpikeBundle
import SpikeData
import SpikeDiagnostics
import SpikeGraph

// Networks over time on recordings of event cameras, cochleas and microphones.
extension Pipeline {
  /// Measures a model on recordings; nil where the data are no recordings.
  func evaluateEvents(_ model: Model, _ request: EvaluateRequest) throws -> Outcome? {
    guard Recordings.recognises(request.data.source) else { return nil }
    guard let steps = request.timeSteps ?? model.timeSteps else {
      throw PipelineError(
        .invalidOption, "Recordings are cut into steps, and the number of steps is unknown.",
        at: Location(file: request.input),
        fix: "give the number of steps with --time-steps and their length with --event-step")
    }
    let data = try events(request.data, .test, for: model, steps: steps)
    // A round holds all steps of its samples as float32.
    let round = max(1, (64 << 20) / max(1, data.sampleSize))
    let measured = try measure(
      model, on: data, timeSteps: steps, counts: true, inputPerStep: true, round: round)
    try Pipeline.write(measured, data, to: request.predictions)
    var outcome = Pipeline.outcome(
      of: measured, file: request.input, kind: "float32", timeSteps: steps)
    outcome.findings += data.findings
    return outcome
  }

  /// A split of recordings as frames of the network's input, `[steps, C, H, W]` each.
  ///
  /// - Parameter seed: where training recordings are drawn.
  func events(
    _ request: DataRequest, _ split: DataSplit, for model: Model, steps: Int, seed: UInt64 = 1
  ) throws -> Dataset {
    guard model.encoding.scale.count == 1, model.encoding.offset.count == 1 else {
      throw PipelineError(
        .invalidOption, "The model encodes each channel differently; counts of events are not.",
        at: Location(file: request.source),
        fix: "import the network again with one --input-scale")
    }
    let outputs = try model.graph.inferredShapes()[model.graph.outputs.first ?? ""]?.elementCount
    return try events(
      request, split, shape: model.graph.inputs.first?.shape.dimensions ?? [],
      bits: model.encoding.bits, outputs: outputs ?? 0, steps: steps, seed: seed)
  }

  /// The test recordings as the columns that a bundle takes in its time steps.
  func bundleEvents(_ request: DataRequest, _ bundle: Bundle) throws -> Dataset {
    try events(
      request, .test, shape: bundle.input.shape, bits: bundle.input.bits,
      outputs: bundle.populations.last?.neuronCount ?? 0, steps: bundle.timeSteps, seed: 1)
  }

  private func events(
    _ request: DataRequest, _ split: DataSplit, shape: [Int], bits: Int?, outputs: Int, steps: Int,
    seed: UInt64
  ) throws -> Dataset {
    let place = Location(file: request.source)
    guard (1...65_536).contains(steps), (1...1_000_000_000).contains(request.eventStep) else {
      throw PipelineError(
        .invalidOption,
        "There are \(steps) steps of \(request.eventStep) µs; allowed are 1 to 65536 steps of 1 to "
          + "1000000000 µs.", at: place, fix: "choose other --time-steps or --event-step")
    }
    if let count = request.eventCount, count < 1 {
      throw PipelineError(
        .invalidOption, "A step has \(count) events; allowed are 1 and more.", at: place,
        fix: "choose another --event-count")
    }
    let sensor = request.eventSize.flatMap { SensorSize($0) }
    guard sensor != nil || request.eventSize == nil else {
      throw PipelineError(
        .invalidOption,
        "The size of the sensor is '\(request.eventSize ?? "")'; it is columns x rows, 1 to "
          + "\(SensorSize.limit) each.", at: place, fix: "write --event-size 640x480")
    }
    let data = try Recordings.load(
      request.source, split: split, limit: split == .test ? request.testLimit : request.trainLimit,
      seed: split == .test ? nil : seed, shape: shape,
      sensor: sensor,
      binning: EventBinning(
        steps: steps,
        step: request.eventCount.map { .events($0) } ?? .microseconds(request.eventStep),
        bits: bits))
    try data.checkLabels(outputs: outputs)
    return data
  }

  /// Refuses recordings where a station knows only one input for all steps.
  static func refuseEvents(_ request: DataRequest, for station: String) throws {
    guard Recordings.recognises(request.source) else { return }
    throw PipelineError(
      .invalidOption, "\(station) takes one input for all steps; recordings have one for each.",
      at: Location(file: request.source), fix: "give images, or use eval or fit on a model")
  }
}
