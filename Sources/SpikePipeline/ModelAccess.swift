import SpikeBytes
import SpikeData
import SpikeDiagnostics
import SpikeGraph
import SpikeModelFile

/// Reading models and data for the stations.
extension Pipeline {
  /// A model with the hash of its file.
  struct LoadedModel {
    var model: Model
    var hash: String
  }

  /// Reads a model file that must have reached one of `stages`.
  func load(_ path: String, stages: [ModelStage], for station: String) throws -> LoadedModel {
    let model = try ModelFile.read(path: path)
    guard stages.contains(model.stage) else {
      let allowed = stages.map(\.rawValue).joined(separator: " or ")
      let remedy =
        switch model.stage {
        case .imported: "run 'sfconv convert' on it first"
        case .spiking: "run 'sfconv fit' on it first"
        case .fitted: "give the \(allowed) model from which it was made"
        }
      throw PipelineError(
        .wrongStage,
        "The model is at stage '\(model.stage.rawValue)'; \(station) takes a model at stage "
          + "\(allowed).", at: Location(file: path), fix: remedy)
    }
    return LoadedModel(model: model, hash: try Pipeline.hash(of: path))
  }

  static func hash(of path: String) throws -> String {
    SHA256.hex(of: try MappedFile(path: path))
  }

  /// A split of the data that fits the network's input and classes.
  ///
  /// Fewer test samples are the first ones, so that results compare; fewer training samples are
  /// drawn over all classes.
  /// - Parameter seed: of that draw.
  func data(
    _ request: DataRequest, _ split: DataSplit, for model: Model, seed: UInt64 = 1
  ) throws -> Dataset {
    try Pipeline.refuseEvents(request, for: "This command")
    let whole = try DataSource.load(
      request.source, split: split, inputShape: model.graph.inputs.first?.shape.dimensions)
    let data =
      split == .test
      ? request.testLimit.map { whole.prefix($0) } ?? whole
      : request.trainLimit.map { whole.drawn($0, seed: seed) } ?? whole
    let outputs = try model.graph.inferredShapes()[model.graph.outputs.first ?? ""]?.elementCount
    try data.checkLabels(outputs: outputs ?? 0)
    try data.checkEncoding(
      scale: model.encoding.scale, offset: model.encoding.offset, bits: model.encoding.bits)
    return data
  }

  /// Data that are not bytes under an encoding that was meant for bytes are probably a mistake.
  static func encodingWarning(_ data: Dataset, _ model: Model) -> [Finding] {
    guard !data.isBytes, model.encoding.scale == [1 / 255] else { return [] }
    return [
      Finding(
        .warning, code: "pipeline.encoding",
        message: "The data are numbers, not bytes, but the model divides its input by 255.",
        location: Location(file: data.name),
        fix: "if the data are what the network was trained on, import with --input-scale 1")
    ]
  }
}
