public import SpikeBundle
public import SpikeDiagnostics
public import SpikeGraph

/// Turns a fitted model into what a chip stores.
///
/// The graph is walked once, in order. Spikes collect what lies between a source and its synapses
/// (sums of residual branches, tiling pools, flattening); synapses turn them into currents; a
/// neuron node turns currents into a population. Nothing is rounded: a number that is not an
/// integer is an error.
///
/// - Mean pooling: `W · mean = W · sum / n`, so thresholds and biases behind it are multiplied by
///   the window size n and the sum is pooled; spikes are the same.
/// - `>=` on a chip that compares with `>`: without a leak all quantities are integers, so
///   h >= θ is h > θ - 1.
/// - A residual branch that brings spikes without synapses becomes a 1x1 depthwise convolution of
///   weight 1 (or of the integer factor of an affine node).
public enum Lowering {
  /// The bundle of a fitted model.
  /// - Parameters:
  ///   - model: a model of the stage ``ModelStage/fitted``.
  ///   - target: a row of ``TargetTable`` or a target of the caller's own.
  ///   - name: name of the network in the bundle; nil takes the graph's.
  ///   - producer: who writes it.
  /// - Throws: any `export.…` code of a model; several nodes that cannot be lowered are one error
  ///   with a finding for each.
  /// - Complexity: O(weights).
  public static func lower(
    _ model: Model, target: ExportTarget, name: String? = nil, producer: String = "sfconv"
  ) throws(ExportError) -> Bundle {
    guard model.stage == .fitted else {
      throw IntegerConstant.notFitted(
        "The model is at the stage '\(model.stage.rawValue)'; a bundle is made of a fitted one.",
        at: Location(node: model.graph.name.isEmpty ? nil : model.graph.name))
    }
    guard let steps = model.timeSteps, (1...65536).contains(steps) else {
      throw IntegerConstant.notFitted(
        "The model has \(model.timeSteps.map(String.init) ?? "no") time steps; allowed are "
          + "1…65536.", at: .unknown)
    }
    let shapes: [ValueName: Shape]
    do throws(GraphError) {
      shapes = try model.graph.inferredShapes()
    } catch {
      throw ExportError(
        .invalidGraph, error.message, at: error.location,
        fix: error.fix ?? "make the model file again with sfconv fit", cause: error)
    }
    let input = try InputLowering.port(model)
    var builder = GraphLowering(model: model, target: target, shapes: shapes)
    try builder.lower(input: input)
    let outputs = model.graph.outputs
    guard outputs.count == 1 else {
      throw ExportError(
        .unsupportedTopology, "The network has \(outputs.count) outputs; a bundle has one.",
        fix: "cut the model to one output before converting")
    }
    try builder.checkReadout(of: outputs[0])
    let readsPotential = builder.populations.last?.model == "LI"
    let bundle = Bundle(
      name: name ?? model.graph.name, producer: producer, target: target.name,
      arithmetic: target.arithmetic, timeSteps: steps, input: input,
      populations: builder.populations, projections: builder.projections,
      codebooks: builder.codebooks.codebooks,
      readout: readsPotential ? .largestPotential : .mostSpikes)
    if target.arithmetic == .speck { try SpeckEncoder.check(bundle) }
    return target.arithmetic == .xylo ? try XyloRendering.rendered(bundle) : bundle
  }
}
