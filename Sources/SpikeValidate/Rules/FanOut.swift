import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// No neuron has more synapses out of it than the chip can hold, all its projections together.
  static let fanOut = Rule(
    "validate.fan-out", "No neuron has more outgoing synapses than the chip holds."
  ) { inspection, rule in
    guard inspection.spec[.fanOut] != nil else {
      return [rule.notChecked("fan-out", inspection.spec)]
    }
    return inspection.bundle.populations.enumerated().flatMap { index, population in
      let needed = zip(inspection.bundle.projections, inspection.synapses)
        .filter { $0.0.sources.contains(.population(index)) }
        .reduce(0) { $0 + $1.1.largestFanOut }
      return inspection.atMost(
        .fanOut, "synapses out of one neuron", needed: needed, rule: rule,
        at: Location(node: population.name),
        fix: "prune the channels behind this layer, use a smaller kernel, or copy the neurons")
    }
  }
}
