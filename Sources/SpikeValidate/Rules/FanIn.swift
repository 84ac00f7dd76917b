import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// No neuron has more synapses into it than the chip can hold, all its projections together.
  static let fanIn = Rule(
    "validate.fan-in", "No neuron has more incoming synapses than the chip holds."
  ) { inspection, rule in
    guard inspection.spec[.fanIn] != nil else {
      return [rule.notChecked("fan-in", inspection.spec)]
    }
    return inspection.bundle.populations.enumerated().flatMap { index, population in
      let needed = zip(inspection.bundle.projections, inspection.synapses)
        .filter { $0.0.target == index }.reduce(0) { $0 + $1.1.largestFanIn }
      return inspection.atMost(
        .fanIn, "synapses into one neuron", needed: needed, rule: rule,
        at: Location(node: population.name),
        fix: "prune the channels in front of this layer, use a smaller kernel, or split the layer")
    }
  }
}
