public import SpikeDiagnostics
public import SpikeGraph

/// Joins the numbers of a weights file to the architecture of a graph.
///
/// Weights, biases and batch normalisation (its statistics too) must all be in the file, under the
/// names that they have in the graph: those of a PyTorch state dict, if `torch.onnx.export` wrote
/// the architecture. Other constants, for example factors of the arithmetic, are taken where the
/// file names them and kept otherwise. Nothing is changed unless everything fits.
public enum WeightsJoin {
  /// A graph with new numbers, and what the user should know.
  public struct Result: Sendable {
    /// The graph; its nodes and shapes are unchanged.
    public var graph: Graph
    /// Names of the constants that were replaced, sorted; not those of neurons.
    public var taken: [ValueName]
    /// A note on what was taken, warnings for what was not.
    public var findings: [Finding]
  }

  private static let required: Set<ParameterRole> = [.weight, .bias]
  private static let normalization: Set<ParameterRole> = [.scale, .shift, .mean, .variance]

  /// Replaces the constants of `graph` by the tensors of `file`.
  /// - Throws: `weights.missing-tensor`, `weights.shape-mismatch`, `weights.unsupported-type`,
  ///   `weights.invalid-numbers`, `weights.shared-constant`; all mistakes at once, the first as the
  ///   error and the others in its findings.
  /// - Complexity: O(nodes + names + elements).
  public static func join(_ graph: Graph, with file: WeightsFile) throws(WeightsError) -> Result {
    let isSpiking = graph.nodes.contains { $0.operator.isNeuron }
    return try join(
      graph, shapes: graph.constants.mapValues(\.shape),
      values: isSpiking ? (try? graph.inferredShapes()) ?? [:] : [:], with: file)
  }

  /// Joins a graph whose constants may still be missing.
  /// - Parameters:
  ///   - shapes: shapes that the constants must have.
  ///   - values: shapes of the activations, where there are neurons.
  package static func join(
    _ graph: Graph, shapes: [ValueName: Shape], values: [ValueName: Shape], with file: WeightsFile
  ) throws(WeightsError) -> Result {
    let places = Place.all(of: graph)
    let needed = Set(places.filter { $0.value.isRequired }.keys)
    let counters = Set(file.tensors.keys.filter { isCounter($0, file) })
    let names = WeightsNames(file: Set(file.tensors.keys), graph: needed)
    let neurons = CheckpointNeurons(graph, values, file, names)
    var result = Result(graph: neurons.graph, taken: [], findings: [])
    var errors = neurons.errors
    var used = neurons.claimed
    var missing: [ValueName] = []
    var kept: [ValueName] = []
    for name in places.keys.sorted() {
      guard let place = places[name], let shape = shapes[name] else { continue }
      let source = names.fileName(of: name)
      if neurons.claimed.contains(source) { continue }
      guard let tensor = file.tensors[source] else {
        if place.isRequired { missing.append(name) } else { kept.append(name) }
        continue
      }
      used.insert(source)
      if let error = mismatch(tensor, source, shape, place, file) {
        errors.append(error.located(in: Location(file: file.path, tensor: source)))
      } else {
        result.graph.constants[name] = tensor
        result.taken.append(name)
      }
    }
    let surplus = file.tensors.keys.filter { !used.contains($0) && !counters.contains($0) }.sorted()
    if !missing.isEmpty { errors.insert(missingError(missing, surplus, file), at: 0) }
    for name in places.keys.sorted() {
      guard let place = places[name], place.count > 1, place.isRequired,
        let tensor = file.tensors[names.fileName(of: name)],
        let error = ambiguity(name, tensor, place, surplus, file)
      else { continue }
      errors.append(error)
    }
    if var first = errors.first {
      first.findings += errors.dropFirst().map {
        Finding(.error, code: $0.codeText, message: $0.message, location: $0.location, fix: $0.fix)
      }
      throw first
    }
    result.findings = findings(result.taken, kept, surplus, names, file) + neurons.findings
    return result
  }

  /// Where a constant stands in the graph.
  private struct Place {
    var isRequired = false
    var roles: Set<ParameterRole> = []
    var count = 0

    static func all(of graph: Graph) -> [ValueName: Place] {
      var places: [ValueName: Place] = [:]
      for node in graph.nodes {
        var isNormalization = false
        if case .batchNormalization = node.operator { isNormalization = true }
        for (role, name) in node.parameters {
          places[name, default: Place()].roles.insert(role)
          places[name, default: Place()].count += 1
          if required.contains(role) || (isNormalization && normalization.contains(role)) {
            places[name, default: Place()].isRequired = true
          }
        }
      }
      return places
    }
  }

  /// PyTorch counts the batches that batch normalisation saw; no inference reads that.
  private static func isCounter(_ name: String, _ file: WeightsFile) -> Bool {
    name.split(separator: ".").last == "num_batches_tracked" && file.tensors[name]?.count == 1
  }

  private static func mismatch(
    _ tensor: Tensor, _ name: String, _ shape: Shape, _ place: Place, _ file: WeightsFile
  ) -> WeightsError? {
    guard tensor.shape == shape else {
      return WeightsError(
        .shapeMismatch,
        "The tensor '\(name)' has the shape \(tensor.shape); the network allows \(shape).",
        fix: "give the weights of this architecture")
    }
    guard tensor.elementType.isFloat else {
      return WeightsError(
        .unsupportedType,
        "The tensor '\(name)' has elements of type \(tensor.elementType.rawValue); allowed are "
          + "float64, float32, float16 and bfloat16.",
        fix: "dequantise it, and store it as float32")
    }
    let odd = file.nonFiniteCount(name)
    guard odd == 0 else {
      return WeightsError(
        .invalidNumbers,
        "\(odd) of \(tensor.count) numbers of the tensor '\(name)' are NaN or infinite; 0 are "
          + "allowed.", fix: "train the model again; it diverged, or the file was damaged")
    }
    if place.roles.contains(.variance), let lowest = tensor.floats().min(), lowest < 0 {
      return WeightsError(
        .invalidNumbers,
        "The variances '\(name)' go down to \(lowest); 0 or more are allowed.",
        fix: "check that the names of the file mean what they say")
    }
    return nil
  }

  private static func missingError(
    _ missing: [ValueName], _ surplus: [String], _ file: WeightsFile
  ) -> WeightsError {
    let names = missing.map { "'\($0)'" }.joined(separator: ", ")
    let others = surplus.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
    return WeightsError(
      .missingTensor,
      "The network needs \(missing.count) tensor\(missing.count == 1 ? "" : "s") that the file "
        + "lacks: \(names)."
        + (surplus.isEmpty
          ? "" : " Unused in the file: \(others)\(surplus.count > 8 ? ", …" : "")."),
      at: Location(file: file.path, tensor: missing.first),
      fix: "export the architecture with the names of the weights: model.eval(), then "
        + "torch.onnx.export(…, training=torch.onnx.TrainingMode.PRESERVE, "
        + "do_constant_folding=False)")
  }

  /// An exporter merges equal tensors, and a fresh network has many: its zeros and ones.
  private static func ambiguity(
    _ name: ValueName, _ tensor: Tensor, _ place: Place, _ surplus: [String], _ file: WeightsFile
  ) -> WeightsError? {
    let rivals = surplus.filter {
      guard let other = file.tensors[$0] else { return false }
      return other.shape == tensor.shape && other != tensor
    }
    guard place.roles.count > 1 || !rivals.isEmpty else { return nil }
    let roles = place.roles.sorted().map(\.rawValue).joined(separator: ", ")
    return WeightsError(
      .sharedConstant,
      "The constant '\(name)' of the network stands at \(place.count) places (\(roles)); the file "
        + "may have a tensor for each"
        + (rivals.isEmpty ? "." : ": " + rivals.map { "'\($0)'" }.joined(separator: ", ") + "."),
      at: Location(file: file.path, tensor: name),
      fix: "export the architecture from the trained network: of equal tensors the exporter keeps "
        + "one, and a fresh network has many")
  }

  private static func findings(
    _ taken: [ValueName], _ kept: [ValueName], _ surplus: [String], _ names: WeightsNames,
    _ file: WeightsFile
  ) -> [Finding] {
    let place = Location(file: file.path)
    var findings = [
      Finding(
        .note, code: "weights.taken",
        message: "\(taken.count) tensor\(taken.count == 1 ? "" : "s") taken from the "
          + "\(file.format.rawValue) file"
          + (file.section.isEmpty ? "" : ", its entry '\(file.section.prefix(64))'")
          + (names.explanation.map { ", \($0)." } ?? "."),
        location: place)
    ]
    findings += kept.map {
      Finding(
        .note, code: "weights.kept",
        message: "The file has no '\($0)'; the architecture's own numbers are kept.",
        location: Location(file: file.path, tensor: $0))
    }
    findings += surplus.enumerated().map { index, name in
      Finding(
        .warning, code: "weights.surplus",
        message: "Surplus tensor \(index + 1) of \(surplus.count): the network has no place for "
          + "'\(name)'.", location: Location(file: file.path, tensor: name),
        fix: "check that the architecture is whole")
    }
    return findings
  }
}
