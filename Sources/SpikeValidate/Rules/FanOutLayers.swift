import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// No population sends to more layers than the chip can route.
  static let fanOutLayers = Rule(
    "validate.fan-out-layers", "No population sends to more layers than the chip routes."
  ) { inspection, rule in
    guard inspection.spec[.fanOutLayers] != nil else {
      return [rule.notChecked("limit of target layers", inspection.spec)]
    }
    return inspection.bundle.populations.enumerated().flatMap { index, population in
      inspection.atMost(
        .fanOutLayers, "target layers",
        needed: inspection.bundle.projections.count { $0.sources.contains(.population(index)) },
        rule: rule, at: Location(node: population.name),
        fix: "remove a branch of the network, or relay the spikes through a further population")
    }
  }
}
