import SpikeBytes
public import SpikeDiagnostics
package import SpikeGraph

/// Reads ONNX files: the story from bytes to a graph.
///
/// ONNX values carry the batch as axis 0; the graph describes one sample. Every node is translated
/// by its row of the operator table, and a file is either understood whole or refused with every
/// reason at once.
public enum ONNXImporter {
  /// Imports the network of an ONNX file.
  ///
  /// Large weights stay in the file, which stays mapped as long as the model lives.
  /// - Parameter path: path of the `.onnx` file; external data are looked for beside it.
  /// - Returns: the model at stage ``SpikeGraph/ModelStage/imported`` with an empty history, and
  ///   warnings.
  /// - Throws: every `import.…` code; several mistakes are listed in ``DiagnosedError/findings``.
  /// - Complexity: O(nodes) plus one pass over the weights at memory speed.
  public static func read(
    path: String, options: ONNXImportOptions = ONNXImportOptions()
  ) throws(ImportError) -> ImportResult {
    do throws(ImportError) {
      let file = try open(path)
      let survey = try ONNXSurvey(of: try ONNXModelReader.read(file), file, options)
      try survey.throwUnsupported()
      let translator = try survey.translated()
      try throwFailures(translator, survey.outline.order)
      let graph = try finished(translator, survey)
      return ImportResult(
        model: Model(graph: graph, stage: .imported),
        findings: (survey.findings + translator.findings).map { located($0, path) })
    } catch {
      var complete = error.located(in: Location(file: path))
      complete.findings = complete.findings.map { located($0, path) }
      throw complete
    }
  }

  /// The output of a model all of whose inputs are given as constants: what the importer computes
  /// itself, without a network.
  package static func folded(
    path: String, options: ONNXImportOptions
  ) throws(ImportError) -> Tensor {
    let survey = try ONNXSurvey(
      of: try ONNXModelReader.read(try open(path)), try open(path), options)
    try survey.throwUnsupported()
    let translator = try survey.translated()
    try throwFailures(translator, survey.outline.order)
    guard case .constant(let constant)? = translator.value(survey.outline.output) else {
      throw ImportError(.noNetwork, "The output '\(survey.outline.output)' is no constant.")
    }
    return constant.tensor
  }

  static func open(_ path: String) throws(ImportError) -> MappedFile {
    let file: MappedFile
    do throws(FileError) {
      file = try MappedFile(path: path)
    } catch {
      throw ImportError(
        .unreadable, "The model cannot be opened.", at: Location(file: path), fix: error.fix,
        cause: error)
    }
    try ONNXFileKind.check(file)
    return file
  }

  private static func located(_ finding: Finding, _ path: String) -> Finding {
    var copy = finding
    copy.location = finding.location.filled(from: Location(file: path))
    return copy
  }

  private static func throwFailures(
    _ translator: ONNXTranslator, _ order: [Int]
  ) throws(ImportError) {
    let errors = order.compactMap { translator.failures[$0] }
    guard var first = errors.first else { return }
    first.findings += errors.dropFirst().map(\.asFinding)
    throw first
  }

  static func finished(
    _ translator: ONNXTranslator, _ survey: ONNXSurvey
  ) throws(ImportError) -> Graph {
    guard case .activation(let output)? = translator.value(survey.outline.output),
      !translator.graph.nodes.isEmpty, output.name != survey.outline.input.name
    else {
      throw ImportError(
        .noNetwork, "The output '\(survey.outline.output)' does not depend on the input.",
        fix: "choose another end with --until")
    }
    var graph = translator.graph
    graph.outputs = [output.name]
    graph = GraphSimplifier.simplified(graph)
    try checkSoftmax(graph)
    do throws(GraphError) {
      _ = try graph.inferredShapes()
    } catch {
      throw ImportError(.shapeMismatch, error.message, at: error.location, fix: error.fix)
    }
    return graph
  }

  private static func checkSoftmax(_ graph: Graph) throws(ImportError) {
    guard let node = SoftmaxCheck.readerOfSoftmax(in: graph) else { return }
    throw ImportError(
      .unsupportedUse, "The node reads the result of a softmax; softmax may only be the end.",
      at: Location(node: node.name, operator: node.operator.name),
      fix: "replace attention by other layers, or cut the model before the softmax with --until")
  }
}
