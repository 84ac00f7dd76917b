import SpikeBytes
import SpikeContainers
public import SpikeDiagnostics
import SpikeGraph

/// Reads TFLite files (`.tflite`): the story from a FlatBuffer to a graph.
///
/// TFLite puts channels last, the graph first: weights are permuted, images enter as `[C, H, W]`.
/// Networks of integers keep them (``TFLiteImportOptions/Quantization/kept``) and compute what the
/// interpreter computes, or become real numbers.
public enum TFLiteImporter {
  /// Imports the network of a TFLite file.
  ///
  /// - Returns: the model at stage ``SpikeGraph/ModelStage/imported`` with an empty history, and notes
  ///   on layout and quantisation.
  /// - Throws: every `tflite.…` code; mistakes of several nodes are listed in
  ///   ``DiagnosedError/findings``.
  /// - Complexity: O(file), one copy of the weights that must be permuted.
  public static func read(
    path: String, options: TFLiteImportOptions = TFLiteImportOptions()
  ) throws(TFLiteError) -> ImportResult {
    do throws(TFLiteError) {
      let model = try TFLiteModelReader.read(try open(path))
      guard model.version == 3 else {
        throw TFLiteError(
          .unsupportedVersion, "The file has version \(model.version) of the schema; read is 3.",
          fix: "convert the model again with a current tf.lite.TFLiteConverter")
      }
      return try read(model, options)
    } catch {
      var complete = error.located(in: Location(file: path))
      complete.findings = complete.findings.map { located($0, path) }
      throw complete
    }
  }

  /// Whether the name of a file says that it is TFLite.
  public static func recognises(path: String) -> Bool {
    path.lowercased().hasSuffix(".tflite")
  }

  private static func open(_ path: String) throws(TFLiteError) -> MappedFile {
    do throws(FileError) {
      return try MappedFile(path: path)
    } catch {
      throw TFLiteError(.unreadable, "The network cannot be opened.", fix: error.fix, cause: error)
    }
  }

  private static func read(
    _ model: TFLiteModel, _ options: TFLiteImportOptions
  ) throws(TFLiteError) -> ImportResult {
    let outline = try TFLiteOutline(model)
    var translator = try TFLiteTranslator(model, outline, options)
    translator.translateAll()
    try throwFailures(translator.failures)
    let output = try translator.output()
    let graph = translator.builder.finished(with: output)
    if let node = SoftmaxCheck.readerOfSoftmax(in: graph) {
      throw TFLiteError(
        .unsupportedUse, "The node reads the result of a softmax; softmax may only be the end.",
        at: Location(node: node.name, operator: node.operator.name),
        fix: "replace attention by other layers, or convert the part before the softmax")
    }
    guard !graph.nodes.isEmpty else {
      throw TFLiteError(
        .noNetwork, "There is nothing between the input and the output.",
        fix: "check that the file is the one you mean")
    }
    let encoding = try TFLiteNotes.encoding(model.tensors[outline.input])
    return ImportResult(
      model: Model(
        graph: graph, stage: .imported, encoding: encoding ?? InputEncoding()),
      findings: TFLiteNotes.findings(translator, outline, graph, encoding))
  }

  /// One error for all nodes that failed; unsupported operators first.
  private static func throwFailures(_ failures: [TFLiteError]) throws(TFLiteError) {
    let unsupported = failures.filter { $0.code == .unsupportedOperator }
    guard var first = unsupported.first ?? failures.first else { return }
    guard failures.count > 1 else { throw first }
    if unsupported.count > 1 {
      let names = Set(unsupported.compactMap(\.location.operator)).sorted().joined(separator: ", ")
      first = TFLiteError(
        .unsupportedOperator,
        "\(unsupported.count) nodes have no counterpart in sfconv (\(names)); all of them are listed "
          + "below.", fix: "replace them before conversion")
    }
    first.findings = failures.map(\.asFinding)
    throw first
  }

  private static func located(_ finding: Finding, _ path: String) -> Finding {
    var copy = finding
    copy.location = finding.location.filled(from: Location(file: path))
    return copy
  }
}
