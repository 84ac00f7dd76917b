import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// Cores are enough if each holds neurons of one population only: a lower bound without placement.
  static let cores = Rule(
    "validate.cores",
    "Cores are enough when each holds neurons of one population (a count, not a placement)."
  ) { inspection, rule in
    guard let perCore = inspection.spec[.neuronsPerCore], perCore > 0 else {
      return [rule.notChecked("neurons per core", inspection.spec)]
    }
    let needed = inspection.bundle.populations.reduce(0) {
      $0 + ($1.neuronCount + perCore - 1) / perCore
    }
    return inspection.atMost(
      .cores, "cores", needed: needed, rule: rule,
      fix: "prune channels down to the next multiple of \(perCore) neurons, or use a larger chip")
  }
}
