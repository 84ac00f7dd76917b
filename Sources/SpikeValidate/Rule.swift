package import SpikeBundle
package import SpikeDiagnostics
package import SpikeHardware

/// What rules look at: the bundle, the spec, and counts that several rules need.
package struct Inspection: Sendable {
  /// The bundle under inspection.
  package let bundle: Bundle
  /// What it is held against.
  package let spec: HardwareSpec
  /// Synapse counts, one per projection.
  package let synapses: [SynapseCounts]

  /// Counts once for all rules.
  package init(_ bundle: Bundle, _ spec: HardwareSpec) {
    self.bundle = bundle
    self.spec = spec
    synapses = bundle.projections.map { SynapseCounts(of: $0, in: bundle) }
  }
}

/// One check of a bundle against a spec: pure, free of order; all rules always run.
///
/// To add one: a file in `Rules/` with a `static let`, and a row in ``RuleTable``.
package struct Rule: Sendable {
  /// Stable code, for example `validate.fan-in`.
  package let code: String
  /// One line for `docs/rules.md`.
  package let summary: String
  /// Findings; empty means passed.
  package let check: @Sendable (Inspection, Rule) -> [Finding]

  package init(
    _ code: String, _ summary: String,
    check: @escaping @Sendable (Inspection, Rule) -> [Finding]
  ) {
    self.code = code
    self.summary = summary
    self.check = check
  }

  /// The answer where the spec does not state what the rule needs.
  func notChecked(_ what: String, _ spec: HardwareSpec) -> Finding {
    Finding(
      .notChecked, code: code, message: "Not checked: the spec of \(spec.name) states no \(what).",
      fix: "add it to your own spec file if you know it")
  }

  /// An error that names needed and allowed values, with the source of the limit.
  func exceeded(
    _ message: String, needed: Int, allowed: String, fact: Fact<Int>, _ spec: HardwareSpec,
    at location: Location = .unknown, fix: String
  ) -> Finding {
    Finding(
      .error, code: code, message: "\(message) (\(spec.citation(of: fact)))", location: location,
      fix: fix, needed: String(needed), allowed: allowed)
  }
}

extension Inspection {
  /// The check of one count against one upper limit, which many rules are.
  func atMost(
    _ limit: LimitName, _ what: String, needed: Int, rule: Rule, at location: Location = .unknown,
    fix: String
  ) -> [Finding] {
    guard let fact = spec.limits[limit] else { return [rule.notChecked(what, spec)] }
    guard needed > fact.value else { return [] }
    return [
      rule.exceeded(
        "\(needed) \(what) are needed; \(spec.name) has \(fact.value).", needed: needed,
        allowed: "\(fact.value)", fact: fact, spec, at: location, fix: fix)
    ]
  }

  /// The check of values against a lower and an upper limit, one finding per place.
  func within(
    _ lower: LimitName, _ upper: LimitName, _ what: String, rule: Rule, fix: String,
    places: [(Location, minimum: Int, maximum: Int)]
  ) -> [Finding] {
    guard let low = spec.limits[lower], let high = spec.limits[upper] else {
      return [rule.notChecked("range of \(what)", spec)]
    }
    return places.filter { $0.minimum < low.value || $0.maximum > high.value }.map {
      let found = $0.minimum < low.value ? $0.minimum : $0.maximum
      let fact = $0.minimum < low.value ? low : high
      return rule.exceeded(
        "The \(what) reach from \($0.minimum) to \($0.maximum); \(spec.name) holds "
          + "\(low.value) to \(high.value).",
        needed: found, allowed: "\(low.value)...\(high.value)", fact: fact, spec, at: $0.0,
        fix: fix)
    }
  }
}
