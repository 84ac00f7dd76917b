import SpikeConvert
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

extension Pipeline {
  /// Every node of an ONNX file as supported, approximated or unsupported on the whole way to spikes,
  /// and why.
  static func inspectSupport(_ path: String) throws -> Outcome {
    let report = try ONNXSupportReport.read(path: path)
    let outlook = report.graph.map { ConversionOutlook($0) }
    let judged = report.entries.map { Judgement($0, outlook) }
    var table = TextTable("node", "operator", "spikes", "why")
    for (entry, judgement) in zip(report.entries, judged) {
      table.add(entry.node, entry.operator, judgement.status, judgement.reason)
    }
    let whole = report.findings + (outlook?.obstacles ?? [])
    let counts = ["supported", "approximated", "unsupported"].map { status in
      "\(judged.count { $0.status == status }) \(status)"
    }
    let isClean =
      report.isSupported && judged.allSatisfy { $0.status != "unsupported" }
      && !whole.contains { $0.severity == .error }
    return Outcome(
      summary: .members([
        "file": .text(path), "kind": .text("onnx"), "supported": .flag(isClean),
        "imported": .flag(report.isSupported),
        "nodes": .list(
          zip(report.entries, judged).map { entry, judgement in
            .members([
              "name": .text(entry.node), "operator": .text(entry.operator),
              "status": .text(judgement.status), "reason": .text(judgement.reason),
            ])
          }),
        "findings": .list(whole.map(Summary.finding)),
      ]),
      text: [
        "\(path): \(counts.joined(separator: ", ")) of \(judged.count) nodes; the file "
          + (isClean
            ? "can become a network of spikes"
            : report.isSupported
              ? "can be imported and run, but not converted" : "cannot be imported as it is"),
        "",
        table.text,
      ].joined(separator: "\n"),
      findings: whole, isClean: isClean)
  }
}

/// What becomes of a node on the whole way, in one word, and why.
private struct Judgement {
  var status: String
  var reason = ""

  init(_ entry: ONNXSupportReport.Entry, _ outlook: ConversionOutlook?) {
    status = entry.status.rawValue
    if let finding = entry.finding { reason = Judgement.text(finding) }
    guard entry.status == .supported, let outlook else { return }
    if let finding = entry.layers.lazy.compactMap({ outlook.refused[$0] }).first {
      (status, reason) = ("unsupported", Judgement.text(finding))
    } else if let finding = entry.layers.lazy.compactMap({ outlook.approximated[$0] }).first {
      (status, reason) = ("approximated", Judgement.text(finding))
    }
  }

  private static func text(_ finding: Finding) -> String {
    finding.message + (finding.fix.map { " Fix: \($0)" } ?? "")
  }
}
