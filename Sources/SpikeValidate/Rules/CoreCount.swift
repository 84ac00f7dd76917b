import SpikeBundle
import SpikeDiagnostics
import SpikeHardware

extension Rule {
  /// Cores are enough if each of several holds neurons of one population only; without a placement.
  static let cores = Rule(
    "validate.cores",
    "Cores are enough when each of several holds neurons of one population (no placement)."
  ) { inspection, rule in
    guard let perCore = inspection.spec[.neuronsPerCore], perCore > 0 else {
      return [rule.notChecked("neurons per core", inspection.spec)]
    }
    let counts = inspection.bundle.populations.map(\.neuronCount)
    // The layers of a chip with one core have it together.
    let places = inspection.spec[.cores] == 1 ? [counts.reduce(0, +)] : counts
    let needed = places.reduce(0) { $0 + ($1 + perCore - 1) / perCore }
    return inspection.atMost(
      .cores, "cores", needed: needed, rule: rule,
      fix: "prune channels down to the next multiple of \(perCore) neurons, or use a larger chip")
  }
}
