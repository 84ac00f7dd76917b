import SpikeData
import SpikeDiagnostics
import SpikeGraph

// Networks over time on recordings of event cameras.
extension Pipeline {
  /// Measures a model on events; nil where the data are no recordings.
  func evaluateEvents(_ model: Model, _ request: EvaluateRequest) throws -> Outcome? {
    guard NMNISTFolder.recognises(request.data.source) else { return nil }
    guard let steps = request.timeSteps ?? model.timeSteps, (1...65_536).contains(steps),
      (1...1_000_000_000).contains(request.eventStep)
    else {
      throw PipelineError(
        .invalidOption,
        "Recordings are cut into steps, and the number of steps is unknown or out of range.",
        at: Location(file: request.input),
        fix: "give the number of steps with --time-steps and their length with --event-step")
    }
    let data = try NMNISTFolder.load(
      request.data.source, split: .test, limit: request.data.testLimit, steps: steps,
      microseconds: request.eventStep)
    let takes = model.graph.inputs.first?.shape.dimensions ?? []
    guard takes == Array(data.sampleShape.dropFirst()) else {
      throw PipelineError(
        .invalidOption,
        "The recordings have frames of shape \(Shape(Array(data.sampleShape.dropFirst()))); the "
          + "network takes \(Shape(takes)).", at: Location(file: request.input),
        fix: "give a network for such frames")
    }
    guard model.encoding.scale.count == 1, model.encoding.offset.count == 1 else {
      throw PipelineError(
        .invalidOption, "The model encodes each channel differently; counts of events are not.",
        at: Location(file: request.input), fix: "import the network again with one --input-scale")
    }
    let outputs = try model.graph.inferredShapes()[model.graph.outputs.first ?? ""]?.elementCount
    try data.checkLabels(outputs: outputs ?? 0)
    // A round holds all steps of its samples as float32.
    let round = max(1, (64 << 20) / max(1, data.sampleSize))
    let measured = try measure(
      model, on: data, timeSteps: steps, counts: true, inputPerStep: true, round: round)
    try Pipeline.write(measured, data, to: request.predictions)
    return Pipeline.outcome(of: measured, file: request.input, kind: "float32", timeSteps: steps)
  }
}
