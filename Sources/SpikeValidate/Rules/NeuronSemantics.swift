import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// The chip has the neuron model of every population.
  static let neuronModel = Rule(
    "validate.neuron-model", "The chip has the neuron model of every population."
  ) { inspection, rule in
    member(inspection, rule, "neuron models", inspection.spec.neuronModels) { population in
      // Xylo's neurons are of one kind; a read-out is one with its threshold out of reach.
      if inspection.bundle.arithmetic == .xylo, population.model == "LI" { return "CubaLIF" }
      // A sum without leak that never spikes is an integrate-and-fire neuron with its threshold out
      // of reach.
      let isSum =
        population.model == "LI" && population.membraneDecay == 0
        && population.currentDecay == 4096
      return isSum && inspection.spec.neuronModels?.value.contains("IF") == true
        ? "IF" : population.model
    }
  }

  /// The chip resets the way the network was trained.
  static let reset = Rule(
    "validate.reset", "The chip resets a potential the way the network was trained."
  ) { inspection, rule in
    member(inspection, rule, "resets", inspection.spec.resets) { population in
      switch population.reset {
      case nil: nil
      case .bySubtraction: "by-subtraction"
      case .toValue(0): "to-zero"
      case .toValue: "to-value"
      }
    }
  }

  /// The chip compares potential and threshold the way the network was trained.
  static let comparator = Rule(
    "validate.comparator", "The chip compares potential and threshold as in training."
  ) { inspection, rule in
    member(inspection, rule, "comparators", inspection.spec.comparators) { population in
      population.reset == nil ? nil : (population.spikesAboveOnly ? ">" : ">=")
    }
  }

  /// Potentials start where the chip starts them.
  static let initialPotential = Rule(
    "validate.initial-potential", "Potentials start where the chip starts them."
  ) { inspection, rule in
    guard let fact = inspection.spec.startsAtZero else {
      return [rule.notChecked("initial potential", inspection.spec)]
    }
    guard fact.value else { return [] }
    return inspection.bundle.populations.filter { $0.initialPotentials.contains { $0 != 0 } }.map {
      Finding(
        .error, code: rule.code,
        message: "Potentials start at \($0.initialPotentials.max() ?? 0); \(inspection.spec.name) "
          + "starts them at 0 (\(inspection.spec.citation(of: fact))).",
        location: Location(node: $0.name), fix: "fit again with --target \(inspection.spec.name)",
        needed: "\($0.initialPotentials.max() ?? 0)", allowed: "0")
    }
  }

  private static func member(
    _ inspection: Inspection, _ rule: Rule, _ what: String, _ fact: Fact<[String]>?,
    of value: (Population) -> String?
  ) -> [Finding] {
    guard let fact else { return [rule.notChecked(what, inspection.spec)] }
    return inspection.bundle.populations.compactMap { population -> Finding? in
      guard let value = value(population), !fact.value.contains(value) else { return nil }
      return Finding(
        .error, code: rule.code,
        message: "The population needs '\(value)'; the \(what) of \(inspection.spec.name) are "
          + "\(fact.value.joined(separator: ", ")) (\(inspection.spec.citation(of: fact))).",
        location: Location(node: population.name),
        fix: "convert and fit again with --target \(inspection.spec.name)", needed: value,
        allowed: fact.value.joined(separator: ","))
    }
  }
}
