public import SpikeBundle
public import SpikeDiagnostics
public import SpikeHardware

/// What all rules found about a bundle on a chip.
public struct Report: Hashable, Sendable {
  /// Name of the hardware spec.
  public var target: String
  /// Findings in the order of the rules: errors, warnings, and what was not checked.
  public var findings: [Finding]
  /// Number of rules that ran and found nothing wrong.
  public var passed: Int
  /// Figures of the bundle on this chip, for people and machines.
  public var figures: [Figure]

  /// A named count.
  public struct Figure: Hashable, Sendable {
    /// Stable name, for example `neurons`.
    public var name: String
    /// The count.
    public var value: Int
  }

  /// Number of errors.
  public var errorCount: Int { findings.count { $0.severity == .error } }
  /// Number of warnings.
  public var warningCount: Int { findings.count { $0.severity == .warning } }
  /// Number of rules that could not run because a limit is unknown.
  public var notCheckedCount: Int { findings.count { $0.severity == .notChecked } }
  /// Whether no rule found an error.
  public var isClean: Bool { errorCount == 0 }
}

/// Holds a bundle against a hardware spec; knows neither how bundles are made nor from what.
public enum Validator {
  /// Runs every rule and returns every finding.
  /// - Complexity: O(weights + populations · kernel positions).
  public static func validate(_ bundle: Bundle, against spec: HardwareSpec) -> Report {
    let inspection = Inspection(bundle, spec)
    let results = RuleTable.rules.map { $0.check(inspection, $0) }
    return Report(
      target: spec.name, findings: results.flatMap { $0 }, passed: results.count { $0.isEmpty },
      figures: figures(of: inspection))
  }

  private static func figures(of inspection: Inspection) -> [Report.Figure] {
    let bundle = inspection.bundle
    let neurons = bundle.populations.map(\.neuronCount)
    var figures = [
      Report.Figure(name: "populations", value: neurons.count),
      Report.Figure(name: "neurons", value: neurons.reduce(0, +)),
      Report.Figure(name: "synapses", value: inspection.synapses.map(\.total).reduce(0, +)),
      Report.Figure(
        name: "storedWeights", value: inspection.synapses.map(\.storedWeights).reduce(0, +)),
      Report.Figure(
        name: "largestFanIn", value: inspection.synapses.map(\.largestFanIn).max() ?? 0),
      Report.Figure(
        name: "largestFanOut", value: inspection.synapses.map(\.largestFanOut).max() ?? 0),
      Report.Figure(
        name: "largestCodebook", value: bundle.codebooks.map(\.uniqueCount).max() ?? 0),
    ]
    if let perCore = inspection.spec[.neuronsPerCore], perCore > 0 {
      let cores = neurons.map { ($0 + perCore - 1) / perCore }.reduce(0, +)
      figures.append(Report.Figure(name: "coresAtLeast", value: cores))
    }
    return figures
  }
}
