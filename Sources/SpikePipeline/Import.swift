import SpikeBytes
import SpikeDiagnostics
import SpikeGraph
import SpikeImport
import SpikeModelFile

extension Pipeline {
  /// Reads a foreign network and writes it as a model file.
  /// - Throws: any `import.…` or `model.…` code.
  public func importModel(_ request: ImportRequest) throws -> Outcome {
    let result = try joinWeights(request, to: readArchitecture(request))
    try ModelFile.write(result.model, to: request.output)
    let graph = result.model.graph
    let shapes = try graph.inferredShapes()
    let output = graph.outputs.first.flatMap { shapes[$0] } ?? []
    var table = TextTable("node", "operator", "output")
    for node in graph.nodes {
      table.add(node.name, node.operator.name, shapes[node.output]?.description ?? "")
    }
    let headline =
      "\(request.output): \(graph.nodes.count) nodes, "
      + "\(Figure.grouped(graph.parameterCount)) parameters, input "
      + "\(graph.inputs.first?.shape.description ?? "none"), output \(output)"
    return Outcome(
      summary: .members([
        "output": .text(request.output), "nodes": .integer(graph.nodes.count),
        "parameters": .integer(graph.parameterCount),
        "inputShape": .list((graph.inputs.first?.shape.dimensions ?? []).map { .integer($0) }),
        "outputShape": .list(output.dimensions.map { .integer($0) }),
        "findings": .list(result.findings.map(Summary.finding)),
      ]),
      text: [headline, "", table.text].joined(separator: "\n"), findings: result.findings)
  }

  /// Reads a foreign network and records where it came from.
  func readForeign(_ request: ImportRequest) throws -> ImportResult {
    var result = try readNetwork(request)
    let channels = result.model.graph.inputs.first?.shape.dimensions.first ?? 1
    result.model.encoding = InputEncoding(
      scale: try Pipeline.encodingNumbers(request.inputScale, "--input-scale", channels)
        ?? result.model.encoding.scale,
      offset: try Pipeline.encodingNumbers(request.inputOffset, "--input-offset", channels)
        ?? result.model.encoding.offset,
      bits: result.model.encoding.bits)
    result.model.history = [
      HistoryRecord(
        station: "import", version: SfconvVersion.number,
        options: request.nir.record.merging(
          ["file": request.input.split(separator: "/").last.map(String.init) ?? ""]
        ) { $1 },
        inputHash: try Pipeline.hash(of: request.input))
    ]
    if let path = request.weights, ArchitectureImporter.recognises(path: request.input) {
      result.model.history.append(try weightsRecord(path))
    }
    return result
  }

  private static func encodingNumbers(
    _ numbers: [Float]?, _ option: String, _ channels: Int
  ) throws -> [Float]? {
    guard let numbers else { return nil }
    guard numbers.count == 1 || numbers.count == channels else {
      throw PipelineError(
        .invalidOption,
        "\(option) has \(numbers.count) numbers; allowed are 1 or \(channels), one per channel.",
        fix: "give one number, or one for each input channel")
    }
    return numbers
  }

  /// The table of operators as Markdown, the text of `docs/operators.md`.
  public static func operatorTable() -> Outcome {
    Outcome(
      summary: .list(
        ONNXOperatorTable.rows.map {
          .members([
            "name": .text($0.name),
            "sinceVersion": .integer($0.versions.lowerBound),
          ])
        }), text: ONNXOperatorTable.markdown)
  }
}
