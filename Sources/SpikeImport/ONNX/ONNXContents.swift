/// What a file has, without judgement: names only, for tests over collections of models.
package struct ONNXContents: Sendable {
  /// Operators as people write them, sorted, each once.
  package var operators: [String]
  /// Whether the table has a row for every node.
  package var isInTable: Bool
  /// Names of the inputs that are not initialisers.
  package var inputs: [String]
  /// Names of the outputs.
  package var outputs: [String]

  /// Looks into a file.
  /// - Throws: the `import.…` codes of files that are no ONNX models.
  package init(path: String) throws(ImportError) {
    let model = try ONNXModelReader.read(try ONNXImporter.open(path))
    let versions = Dictionary(
      model.opsets.map { ($0.domain == "ai.onnx" ? "" : $0.domain, $0.version) }
    ) { max($0, $1) }
    let stored = Set(model.initializers.map(\.name))
    operators = Set(model.nodes.map(\.qualifiedName)).sorted()
    isInTable = model.nodes.allSatisfy { node in
      let version = min(versions[node.domain] ?? 1, ONNXOperator.newest)
      return ONNXOperatorTable.row(node.operatorName, domain: node.domain, version: version) != nil
    }
    inputs = model.inputs.map(\.name).filter { !stored.contains($0) }
    outputs = model.outputs.map(\.name)
  }
}
