import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// The chip's leak is that of the bundle: every step a state keeps k/4096 of itself.
  static let leak = Rule(
    "validate.leak", "Potentials and currents leak the way the chip's do, where they leak."
  ) { inspection, rule in
    let leaky = inspection.bundle.populations.filter {
      $0.membraneDecay != 0 || $0.currentDecay != 4096
    }
    guard !leaky.isEmpty else { return [] }
    guard let fact = inspection.spec.leak else {
      return [rule.notChecked("leak", inspection.spec)]
    }
    guard fact.value != "exponential" else { return [] }
    if fact.value == "linear", inspection.bundle.arithmetic.hasLinearLeak,
      leaky.allSatisfy({ $0.currentDecay == 4096 && $0.membraneDecay <= 127 })
    {
      return []
    }
    // Decays of Xylo's arithmetic are its dashes.
    let dashes: ClosedRange<Int32> = 0...15
    if fact.value == "shift", inspection.bundle.arithmetic == .xylo,
      leaky.allSatisfy({ dashes.contains($0.membraneDecay) && dashes.contains($0.currentDecay) })
    {
      return []
    }
    return leaky.map { population in
      let states = population.membraneDecay != 0 ? "potentials" : "synaptic currents"
      let lost = population.membraneDecay != 0 ? population.membraneDecay : population.currentDecay
      return Finding(
        .error, code: rule.code,
        message: "The \(states) lose \(lost)/4096 of themselves each step; the leak of "
          + "\(inspection.spec.name) is '\(fact.value)' (\(inspection.spec.citation(of: fact))).",
        location: Location(node: population.name),
        fix: "fit again with --leak none", needed: "exponential", allowed: fact.value)
    }
  }
}
