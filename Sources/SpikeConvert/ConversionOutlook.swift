public import SpikeDiagnostics
public import SpikeGraph

/// What conversion would say of each node of an ANN, before there are data: the same passes that judge
/// activations, run on the graph alone.
public struct ConversionOutlook: Sendable {
  /// Why nodes would be refused, by name of the node.
  public private(set) var refused: [String: Finding] = [:]
  /// What would be computed otherwise than in the ANN, by name of the node.
  public private(set) var approximated: [String: Finding] = [:]
  /// Why the network as a whole would be refused, where no node is to blame.
  public private(set) var obstacles: [Finding] = []

  /// Judges a graph.
  /// - Complexity: O(nodes²).
  public init(_ graph: Graph, options: ConvertOptions = ConvertOptions()) {
    var state = ConversionState(graph: graph, encoding: InputEncoding(), options: options)
    do throws(ConvertError) {
      try ConversionRecipe.run(&state, until: "settle-activations")
      if !state.graph.nodes.contains(where: \.isActivation) {
        obstacles.append(
          Finding(
            .error, code: ConvertErrorCode.noActivation.rawValue,
            message: "The network has no activation that could become neurons.",
            fix: "a network without ReLU or Clip is one linear map"))
      }
    } catch {
      let findings =
        error.findings.isEmpty
        ? [
          Finding(
            .error, code: error.codeText, message: error.message, location: error.location,
            fix: error.fix)
        ] : error.findings
      for finding in findings {
        guard let name = finding.location.node else {
          obstacles.append(finding)
          continue
        }
        refused[name] = finding
      }
    }
    for finding in state.findings {
      if let name = finding.location.node { approximated[name] = finding }
    }
    for node in state.graph.nodes {
      guard case .maxPool = node.operator else { continue }
      approximated[node.name] = Finding(
        .warning, code: ConvertFinding.notDeployable.rawValue,
        message: "The largest of several rates is followed by simulators only; --max-pool spikes "
          + "takes the largest spike.",
        location: Location(node: node.name, operator: node.operator.name),
        fix: "train with average pooling or strides for a chip")
    }
  }
}
