import SpikeDiagnostics
import SpikeImport

extension Pipeline {
  /// Every node of an ONNX file as supported or not, and why.
  static func inspectONNX(_ path: String) throws -> Outcome {
    let report = try ONNXSupportReport.read(path: path)
    var table = TextTable("node", "operator", "status")
    for entry in report.entries { table.add(entry.node, entry.operator, entry.status.rawValue) }
    let versions = report.operatorSets.sorted { $0.key < $1.key }.map {
      "\($0.key.isEmpty ? "ai.onnx" : $0.key) \($0.value)"
    }
    let supported = report.entries.count { $0.status == .supported }
    let verdict = report.isSupported ? "can be imported" : "cannot be imported as it is"
    return Outcome(
      summary: .members([
        "file": .text(path), "kind": .text("onnx"), "producer": .text(report.producer),
        "irVersion": .integer(report.irVersion), "supported": .flag(report.isSupported),
        "nodes": .list(
          report.entries.map {
            .members([
              "name": .text($0.node), "operator": .text($0.operator),
              "status": .text($0.status.rawValue), "reason": $0.finding.map(Summary.finding),
            ])
          }),
        "findings": .list(report.findings.map(Summary.finding)),
      ]),
      text: [
        "\(path): ONNX by \(report.producer.isEmpty ? "an unnamed program" : report.producer), "
          + "operator sets \(versions.joined(separator: ", "))",
        "\(supported) of \(report.entries.count) nodes supported; the file \(verdict)", "",
        table.text,
      ].joined(separator: "\n"),
      findings: report.findings + report.entries.compactMap(\.finding),
      isClean: report.isSupported)
  }
}
