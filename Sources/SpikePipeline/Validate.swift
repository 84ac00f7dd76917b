import SpikeBundle
import SpikeDiagnostics
import SpikeHardware
import SpikeValidate

extension Pipeline {
  /// Checks a bundle file against a chip.
  /// - Parameters:
  ///   - bundle: path of the bundle.
  ///   - target: built-in name or path of a spec.
  /// - Throws: any `bundle.…` or `spec.…` code.
  public func validate(bundle path: String, target: String) throws -> Outcome {
    let spec = try HardwareCatalog.spec(target)
    let report = Validator.validate(try BundleFile.read(path: path), against: spec)
    return Pipeline.outcome(of: report, file: path)
  }

  static func outcome(of report: Report, file: String) -> Outcome {
    let verdict =
      report.isClean
      ? "\(file) fits \(report.target)" : "\(file) does not fit \(report.target)"
    let counts =
      "\(report.passed) checks passed, \(report.errorCount) errors, "
      + "\(report.warningCount) warnings, \(report.notCheckedCount) not checked (limits unknown)"
    var table = TextTable("figure", "value")
    for figure in report.figures { table.add(figure.name, Figure.grouped(figure.value)) }
    return Outcome(
      summary: summary(of: report),
      text: [verdict + ": " + counts, "", table.text].joined(separator: "\n"),
      findings: report.findings.map { finding in
        var copy = finding
        copy.location.file = file
        return copy
      }, isClean: report.isClean)
  }

  static func summary(of report: Report) -> Summary {
    .members([
      "target": .text(report.target), "clean": .flag(report.isClean),
      "passed": .integer(report.passed), "errors": .integer(report.errorCount),
      "warnings": .integer(report.warningCount), "notChecked": .integer(report.notCheckedCount),
      "figures": .object(
        report.figures.map { Summary.Member(key: $0.name, value: .integer($0.value)) }),
      "findings": .list(report.findings.map(Summary.finding)),
    ])
  }

  /// The table of rules as Markdown, the text of `docs/rules.md`.
  public static func ruleTable() -> Outcome {
    Outcome(
      summary: .list(
        RuleTable.rules.map {
          .members(["code": .text($0.code), "summary": .text($0.summary)])
        }), text: RuleTable.markdown)
  }
}
