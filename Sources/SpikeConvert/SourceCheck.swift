import SpikeDiagnostics
import SpikeGraph

/// What must hold before a network is touched. Everything that would end in a network that silently
/// does something else is an error here, with the node's own name.
enum SourceCheck {
  static func check(_ model: Model) throws(ConvertError) {
    let graph = model.graph
    if let node = graph.nodes.first(where: { $0.operator.isNeuron }) {
      throw ConvertError(
        .alreadySpiking, "The network has neurons already.", at: place(node),
        fix: "convert the ANN; a spiking network goes to fit or export as it is")
    }
    do throws(GraphError) {
      _ = try graph.inferredShapes()
    } catch {
      throw ConvertError(
        .invalidGraph, "The network is not whole.", at: error.location, fix: error.fix,
        cause: error)
    }
    guard graph.inputs.count == 1, graph.outputs.count == 1 else {
      throw ConvertError(
        .unsupportedGraph,
        "The network has \(graph.inputs.count) inputs and \(graph.outputs.count) outputs; networks "
          + "with one of each are converted.", fix: "cut the network at one input and one output")
    }
    guard graph.producer(of: graph.outputs[0]) != nil else {
      throw ConvertError(
        .unsupportedGraph, "The output of the network is its input.",
        fix: "check that the network was exported whole")
    }
    try checkConstants(graph)
    guard graph.nodes.contains(where: { isNonlinear($0.operator) }) else {
      throw ConvertError(
        .noActivation,
        "The network has no activation that could become neurons (\(graph.nodes.count) nodes, none "
          + "of them ReLU or Clip).",
        fix: "check that the activations were exported; a network without them is one linear map")
    }
  }

  private static func checkConstants(_ graph: Graph) throws(ConvertError) {
    var findings: [Finding] = []
    for node in graph.nodes {
      for (role, name) in node.parameters.sorted(by: { $0.key < $1.key }) {
        guard let values = graph.constants[name]?.floats() else { continue }
        let broken = values.count { !$0.isFinite }
        let location = Location(node: node.name, operator: node.operator.name, tensor: name)
        if broken > 0 {
          findings.append(
            Finding(
              .error, code: ConvertErrorCode.nonFiniteConstant.rawValue,
              message: "\(broken) of \(values.count) numbers of the \(role.rawValue) are not "
                + "finite.", location: location))
        } else if role == .weight, values.allSatisfy({ $0 == 0 }) {
          findings.append(
            Finding(
              .error, code: ConvertErrorCode.zeroWeights.rawValue,
              message: "All \(values.count) weights are 0.", location: location))
        }
      }
    }
    guard let first = findings.first, let code = ConvertErrorCode(rawValue: first.code) else {
      return
    }
    throw ConvertError(
      code, first.message, at: first.location,
      fix: "check that the trained weights were exported", findings: findings)
  }

  private static func isNonlinear(_ operation: Operator) -> Bool {
    switch operation {
    case .relu, .clip, .leakyRelu: true
    case .quantize(let minimum, _): minimum == 0
    default: false
    }
  }

  private static func place(_ node: Node) -> Location {
    Location(node: node.name, operator: node.operator.name)
  }
}
