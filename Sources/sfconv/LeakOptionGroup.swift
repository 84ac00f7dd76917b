import ArgumentParser
import SpikePipeline

/// What a fit does with the leak of potentials.
struct LeakOptionGroup: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Leak of potentials: keep that of the model, learn one for each population (parametric LIF), "
        + "or none.", valueName: "mode"))
  var leak = "keep"
  @Option(
    help: ArgumentHelp(
      "Share of its potential that a neuron loses each step, 0 to 1, to keep or to start learning "
        + "from; that of the model if left out.", valueName: "share"))
  var initialLeak: Double?
  @Option(help: "Learning rate of the leaks as a share of that of the weights (default 1).")
  var leakRate: Double?

  var settings: LeakSettings {
    var settings = LeakSettings()
    settings.mode = leak
    settings.initial = initialLeak
    settings.rate = leakRate
    return settings
  }
}
