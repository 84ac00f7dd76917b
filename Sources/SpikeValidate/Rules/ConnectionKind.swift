import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// The chip lays out synapses the way the projections do.
  static let connections = Rule(
    "validate.connections", "The chip lays out synapses the way the projections do."
  ) { inspection, rule in
    guard let fact = inspection.spec.connections else {
      return [rule.notChecked("layout of synapses", inspection.spec)]
    }
    return inspection.bundle.projections.compactMap { projection -> Finding? in
      let kind = projection.kind == .dense ? "dense" : "convolution"
      guard !fact.value.contains(kind) else { return nil }
      return Finding(
        .error, code: rule.code,
        message: "The projection is a \(kind); \(inspection.spec.name) has "
          + "\(fact.value.joined(separator: ", ")) (\(inspection.spec.citation(of: fact))).",
        location: Location(node: projection.name),
        fix: "use a fully connected network for this chip, or a chip with convolutions",
        needed: kind, allowed: fact.value.joined(separator: ","))
    }
  }
}
