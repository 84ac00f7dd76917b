import ArgumentParser
import SpikePipeline

/// How the equations of a NIR file become time steps, for `import`.
struct NIROptionGroup: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Length of a time step in the unit of the file's time constants, normally seconds. Needed "
        + "where neurons leak; without it a step adds r times the current.", valueName: "time"))
  var dt: Double?
  @Option(help: "How an equation becomes a step: euler (the default) or exponential.")
  var integration: String?
  @Option(help: "A neuron spikes where its potential is '>' (the default) or '>=' the threshold.")
  var comparator: String?
  @Option(
    help: "What a spike does: hard (potential = v_reset, the default) or subtract (- threshold).")
  var reset: String?
  @Option(
    help: "What the network answers with: file (as it is, the default) or potential (for fit).")
  var readOut: String?

  var settings: NIRSettings {
    var settings = NIRSettings()
    settings.timeStep = dt
    settings.integration = integration
    settings.comparator = comparator
    settings.reset = reset
    settings.readOut = readOut
    return settings
  }
}
