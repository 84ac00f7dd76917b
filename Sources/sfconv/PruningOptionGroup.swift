import ArgumentParser
import SpikePipeline

/// How channels are chosen for removal, for `fit` and `deploy`.
struct PruningOptionGroup: ParsableArguments {
  @Option(
    help: "Score of channels; low ones go: \(PruningSettings.scores.joined(separator: ", ")).")
  var score: String?
  @Option(
    help: ArgumentHelp(
      "Limits to prune to: synops, energy (nJ), neurons, synapses, bytes (of stored weights); several "
        + "with commas.",
      valueName: "name=number"))
  var budget: String?
  @Option(help: "Number of pruning events.") var pruneEvents: Int?
  @Flag(help: "Remove all channels at once.") var oneShot = false
  @Option(help: "Samples on which channels are scored.") var pruneSamples: Int?
  @Option(help: "No layer loses more than this share of its channels.") var largestShare: Double?
  @Option(help: "Rank by score / operations^x; 0 ranks by score alone.") var costExponent: Double?
  @Option(
    help:
      "Scores grow by (n / left)^x as a layer of n channels thins out; 0 leaves them as they are.")
  var crowding: Double?
  @Option(help: "Temperature of the labels of Fisher scores.") var labelTemperature: Double?
  @Flag(
    inversion: .prefixedNo,
    help: "Add the mean effect of removed channels to the biases behind them.")
  var meanFolding = true
  @Flag(inversion: .prefixedNo, help: "Divide scores by their mean in each layer.")
  var normaliseScores = true
  @Option(help: "Share of synapses to remove by magnitude, besides channels; needs --free-zero.")
  var sparsity: Double?
  @Option(
    help: "Pruned layers keep a multiple of this many channels; what the chip states if left out.")
  var channelMultiple: Int?

  func apply(to settings: inout FitSettings) {
    settings.score = score
    settings.budget = budget
    settings.pruneEvents = oneShot ? 1 : pruneEvents
    settings.pruneSamples = pruneSamples
    settings.largestShare = largestShare
    settings.costExponent = costExponent
    settings.crowding = crowding
    settings.labelTemperature = labelTemperature
    settings.foldsMeans = meanFolding
    settings.normalisesScores = normaliseScores
    settings.sparsity = sparsity
    settings.channelMultiple = channelMultiple
  }
}
