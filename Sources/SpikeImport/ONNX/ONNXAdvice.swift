import SpikeDiagnostics

/// What a user can do about an operator without a row.
enum ONNXAdvice {
  /// Why a node is not supported and what helps; nil where its operator has a row.
  static func finding(
    for node: ONNXRawNode, named name: String, version: Int?
  ) -> Finding? {
    let place = Location(node: name, operator: node.qualifiedName)
    func unsupported(_ message: String, _ fix: String) -> Finding {
      Finding(
        .error, code: ImportErrorCode.unsupportedOperator.rawValue, message: message,
        location: place, fix: fix)
    }
    if node.attributes.contains(where: { if case .subgraph = $0.value { true } else { false } }) {
      return unsupported(
        "\(node.qualifiedName) runs a graph inside a graph; spikes have no control flow.",
        "export with fixed control flow (tracing, torch.onnx.export), or cut the model with --until"
      )
    }
    if let version,
      ONNXOperatorTable.row(node.operatorName, domain: node.domain, version: version)
        != nil
    {
      return nil
    }
    let rows = ONNXOperatorTable.rows(of: node.operatorName, domain: node.domain)
    if let version, let oldest = rows.first, version < oldest.versions.lowerBound {
      return unsupported(
        "\(node.qualifiedName) is read in operator sets from \(oldest.versions.lowerBound) on; the "
          + "file uses \(version).", "convert the file with onnx.version_converter")
    }
    if !node.domain.isEmpty {
      return unsupported(
        "sfconv reads no operators of the domain '\(node.domain)'.",
        "export the model with standard ONNX operators only (no runtime-specific optimisation), or "
          + "inline its functions with onnx.inliner")
    }
    if let known = advice[node.operatorName] {
      return unsupported("\(node.operatorName) \(known.reason).", known.fix)
    }
    let near = Suggestion.nearest(
      to: node.operatorName, among: ONNXOperatorTable.names(domain: node.domain))
    return unsupported(
      "\(node.operatorName.isEmpty ? "A node without operator" : node.operatorName) has no "
        + "counterpart in sfconv.",
      (near.map { "did you mean \($0)? " } ?? "")
        + "replace it before export, or cut the model before it with --until")
  }

  private typealias Advice = (reason: String, fix: String)

  private static let recurrent: Advice = (
    "is a recurrent cell with gates, which have no spiking counterpart",
    "train a network of spiking neurons (their state is the memory), or use convolutions over time"
  )
  private static let control: Advice = (
    "is control flow; spikes have none",
    "export with fixed control flow (tracing, torch.onnx.export), or cut the model with --until"
  )
  private static let sequence: Advice = (
    "works on sequences or optional values, which have no counterpart",
    "export the model with tensors only"
  )
  private static let quantized: Advice = (
    "chooses its scale for each sample while it runs",
    "import the float model, or quantise it with constant scales"
  )
  private static let normalization: Advice = (
    "computes statistics of each sample while it runs, which spikes cannot",
    "train the network with BatchNormalization in its place"
  )

  private static let advice: [String: Advice] = {
    var table: [String: Advice] = [:]
    for name in ["LSTM", "GRU", "RNN"] { table[name] = recurrent }
    for name in ["If", "Loop", "Scan", "SequenceMap"] { table[name] = control }
    for name in [
      "SequenceConstruct", "SequenceAt", "SequenceEmpty", "SequenceInsert", "SequenceErase",
      "SequenceLength", "SplitToSequence", "ConcatFromSequence", "Optional", "OptionalGetElement",
      "OptionalHasElement",
    ] { table[name] = sequence }
    table["DynamicQuantizeLinear"] = quantized
    for name in [
      "LayerNormalization", "InstanceNormalization", "GroupNormalization", "RMSNormalization",
      "MeanVarianceNormalization", "LpNormalization",
    ] { table[name] = normalization }
    table["Attention"] = (
      "multiplies activations with each other, which spikes cannot",
      "replace attention by layers with constant weights, or cut the model with --until"
    )
    table["GridSample"] = (
      "has no spiking counterpart in sfconv",
      "replace it before export, or cut the model before it with --until"
    )
    return table
  }()
}
