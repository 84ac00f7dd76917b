import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// No scope of the chip (neuron, layer, core, network) needs more unique weights than its table
  /// holds. Passes where the chip has no such table.
  static let uniqueWeights = Rule(
    "validate.unique-weights",
    "No scope of the chip needs more unique weights than its table holds."
  ) { inspection, rule in
    guard let limit = inspection.spec.uniqueWeights else { return [] }
    return usedWeights(inspection, limit.scope).flatMap { name, values -> [Finding] in
      let needed = values.count - (limit.zeroIsFree && values.contains(0) ? 1 : 0)
      guard needed > limit.maximum.value else { return [] }
      return [
        rule.exceeded(
          "\(needed) unique weights are used per \(limit.scope.rawValue); \(inspection.spec.name) "
            + "has \(limit.maximum.value).",
          needed: needed, allowed: "\(limit.maximum.value)", fact: limit.maximum, inspection.spec,
          at: Location(node: name),
          fix: "fit again with --unique-weights \(limit.maximum.value)")
      ]
    }
  }

  /// Largest set of weights in use in any one unit of the scope, per place.
  private static func usedWeights(
    _ inspection: Inspection, _ scope: UniqueWeightLimit.Scope
  ) -> [(String, Set<Int32>)] {
    let bundle = inspection.bundle
    let perLayer = bundle.populations.indices.map { index in
      bundle.projections.filter { $0.target == index }.map { $0.weights(from: bundle.codebooks) }
    }
    switch scope {
    case .network:
      return [(bundle.name, Set(perLayer.joined().joined()))]
    case .layer, .core:
      // Without a placement a core is as large as the layer that it holds.
      return zip(bundle.populations, perLayer).map { ($0.name, Set($1.joined())) }
    case .neuron:
      return zip(bundle.populations, perLayer).map { population, tensors in
        let channels = population.shape.first ?? 1
        let largest = (0..<channels).map { channel in
          Set(
            tensors.flatMap { weights in
              let size = weights.count / max(1, channels)
              return weights[channel * size..<(channel + 1) * size]
            })
        }.max { $0.count < $1.count }
        return (population.name, largest ?? [])
      }
    }
  }
}
