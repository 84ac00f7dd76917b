public import SpikeDiagnostics
import SpikeGraph

/// Reads whole models of Keras (`.keras`, `.h5`): the story from a configuration to a graph.
///
/// Sequential and Functional models of Keras 2 and 3. Keras puts channels last, the graph first: weights
/// are permuted, images enter as `[C, H, W]`.
public enum KerasImporter {
  /// Imports the network of a Keras file.
  ///
  /// - Returns: the model at stage ``SpikeGraph/ModelStage/imported`` with an empty history, and a note
  ///   where the layout of the input is another one.
  /// - Throws: every `keras.…` code; mistakes of several layers are listed in
  ///   ``DiagnosedError/findings``.
  /// - Complexity: O(file), copies of the weights.
  public static func read(
    path: String, options: KerasImportOptions = KerasImportOptions()
  ) throws(KerasError) -> ImportResult {
    do throws(KerasError) {
      return try read(try KerasFile(path: path), options: options)
    } catch {
      var complete = error.located(in: Location(file: path))
      complete.findings = complete.findings.map { finding in
        var copy = finding
        copy.location = finding.location.filled(from: Location(file: path))
        return copy
      }
      throw complete
    }
  }

  /// Whether the name of a file says that it is a model of Keras.
  public static func recognises(path: String) -> Bool {
    [".keras", ".h5", ".hdf5"].contains { path.lowercased().hasSuffix($0) }
  }

  /// Imports the network of parts that were read already.
  package static func read(
    _ file: KerasFile, options: KerasImportOptions
  ) throws(KerasError) -> ImportResult {
    let config = try KerasModelConfig(file.configuration)
    let input = try KerasInput(config, options)
    var translator = KerasTranslator(
      input: input.name, shape: input.shape, keepsOrder: !input.isSignal)
    let result = try translator.model(
      config, file.weights, reading: translator.builder.input, prefix: "", depth: 0)
    try throwFailures(translator.failures)
    guard let result, result.name != translator.builder.input.name else {
      throw KerasError(
        .noNetwork, "There is nothing between the input and the output.",
        fix: "check that the file is the one you mean")
    }
    var output = result
    if case .flattened = result.layout {
      do throws(GraphError) {
        output = try translator.inFileOrder(result)
      } catch {
        throw KerasError(.shapeMismatch, error.message, fix: "save the model again")
      }
    }
    let graph = translator.builder.finished(with: output)
    if let node = SoftmaxCheck.readerOfSoftmax(in: graph) {
      throw KerasError(
        .unsupportedUse, "The layer reads the result of a softmax; softmax may only be the end.",
        at: Location(node: node.name, operator: node.operator.name),
        fix: "replace attention by other layers, or save the part before the softmax")
    }
    return ImportResult(
      model: Model(graph: graph, stage: .imported), findings: notes(input.shape, graph))
  }

  private static func notes(_ shape: Shape, _ graph: Graph) -> [Finding] {
    guard let own = graph.inputs.first?.shape, own != shape else { return [] }
    return [
      Finding(
        .note, code: "keras.channels-first",
        message: "The file takes \(shape), channels last; the graph takes \(own).")
    ]
  }

  /// One error for all layers that failed; unsupported classes first.
  private static func throwFailures(_ failures: [KerasError]) throws(KerasError) {
    let unsupported = failures.filter { $0.code == .unsupportedLayer }
    guard var first = unsupported.first ?? failures.first else { return }
    guard failures.count > 1 else { throw first }
    if unsupported.count > 1 {
      let names = Set(unsupported.compactMap(\.location.operator)).sorted().joined(separator: ", ")
      first = KerasError(
        .unsupportedLayer,
        "\(unsupported.count) layers have no counterpart in sfconv (\(names)); all of them are listed "
          + "below.", fix: "replace them before saving the model")
    }
    first.findings = failures.map(\.asFinding)
    throw first
  }
}

extension KerasTranslator {
  /// A flattened image with its elements in the order of the file.
  fileprivate mutating func inFileOrder(
    _ value: ChannelsLastValue
  ) throws(GraphError) -> ChannelsLastValue {
    try withBuilder { builder throws(GraphError) in try builder.asInFile(value, "output") }
  }
}
