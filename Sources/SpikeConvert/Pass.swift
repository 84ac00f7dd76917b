package import SpikeDiagnostics
package import SpikeGraph

/// One step of the conversion that rewrites the ANN and keeps its function.
///
/// A pass changes the graph or leaves it; it never prints. To add one: a file in `Passes/` and a row
/// in ``ConversionRecipe``.
package struct Pass: Sendable {
  /// Unique name.
  package let name: String
  /// What it does, in one sentence.
  package let summary: String
  /// Passes that must have run before it.
  package let after: [String]
  /// Does it.
  package let run: @Sendable (inout ConversionState) throws(ConvertError) -> Void

  package init(
    _ name: String, summary: String, after: [String] = [],
    run: @escaping @Sendable (inout ConversionState) throws(ConvertError) -> Void
  ) {
    self.name = name
    self.summary = summary
    self.after = after
    self.run = run
  }
}

/// What passes work on.
package struct ConversionState: Sendable {
  /// The network.
  package var graph: Graph
  /// How raw data enter it.
  package var encoding: InputEncoding
  /// What was asked for.
  package let options: ConvertOptions
  /// What the user should know.
  package var findings: [Finding] = []

  package init(graph: Graph, encoding: InputEncoding, options: ConvertOptions) {
    self.graph = graph
    self.encoding = encoding
    self.options = options
  }

  /// Adds a finding at a node.
  mutating func report(
    _ code: ConvertFinding, _ severity: Finding.Severity = .warning, at node: Node? = nil,
    _ message: String, fix: String? = nil
  ) {
    findings.append(
      Finding(
        severity, code: code.rawValue, message: message,
        location: Location(node: node?.name, operator: node?.operator.name), fix: fix))
  }

  /// The shapes of all values.
  func shapes() throws(ConvertError) -> [ValueName: Shape] {
    do throws(GraphError) {
      return try graph.inferredShapes()
    } catch {
      throw ConvertError(
        .invalidGraph, "The network is not whole.", fix: error.fix, cause: error)
    }
  }
}
