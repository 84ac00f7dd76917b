import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// Where input lines and neurons share addresses, there are enough for both. Passes where the spec
  /// states no such limit.
  static let addresses = Rule(
    "validate.addresses", "Where input lines and neurons share addresses, there are enough."
  ) { inspection, rule in
    guard inspection.spec[.addresses] != nil else { return [] }
    let bundle = inspection.bundle
    return inspection.atMost(
      .addresses, "addresses of inputs and neurons",
      needed: bundle.input.shape.reduce(1, *)
        + bundle.populations.reduce(0) { $0 + $1.neuronCount },
      rule: rule, fix: "fit again with --target \(inspection.spec.name), which plans for them")
  }

  /// Input and read-out reach no more neurons than their ports, and hidden neurons have room. Passes
  /// where the spec states no such limit.
  static let ports = Rule(
    "validate.ports", "Hidden neurons, and those behind the input and before the read-out, fit."
  ) { inspection, rule in
    let bundle = inspection.bundle
    let last = bundle.populations.count - 1
    func neurons(_ populations: Set<Int>) -> Int {
      populations.reduce(0) { $0 + bundle.populations[$1].neuronCount }
    }
    let fed = Set(bundle.projections.filter { $0.sources.contains(.input) }.map(\.target))
    let feeding = Set(
      bundle.projections.filter { $0.target == last }.flatMap(\.sources).compactMap { source in
        if case .population(let index) = source { index } else { nil }
      })
    let fix = "fit again with --target \(inspection.spec.name), which plans for them"
    let counts: [(LimitName, String, Int)] = [
      (.hiddenNeurons, "hidden neurons", neurons(Set(0..<max(0, last)))),
      (.inputTargets, "neurons that read the input", neurons(fed)),
      (.outputSources, "neurons that feed the read-out", neurons(feeding)),
    ]
    return counts.flatMap { limit, what, needed in
      inspection.spec[limit] == nil
        ? [] : inspection.atMost(limit, what, needed: needed, rule: rule, fix: fix)
    }
  }

  /// A read-out of potentials needs a chip that lets them be read, which specs do not state.
  static let readout = Rule(
    "validate.readout", "The chip lets the read-out be read (not checked for potentials)."
  ) { inspection, rule in
    guard inspection.bundle.readout == .largestPotential else { return [] }
    return [
      Finding(
        .notChecked, code: rule.code,
        message: "Not checked: the result is the largest potential of neurons that never spike; "
          + "the spec of \(inspection.spec.name) does not state whether potentials can be read.",
        fix: "see the manual of the chip")
    ]
  }
}
