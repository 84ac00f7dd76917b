import ArgumentParser
import SpikePipeline

/// How the values of codebooks come about, for `fit` and `deploy`.
struct CodebookOptionGroup: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How codebook values come about: our method (cat, cat-soft) or a rival.",
      discussion: CodebookSettings.methods.map { "\($0.name): \($0.summary)" }
        .joined(separator: "; ") + "."))
  var codebook = "cat"
  @Option(help: "Family of values: \(CodebookSettings.families.joined(separator: ", ")).")
  var family: String?
  @Option(
    help: """
      Factor of each output channel, where the chip has a threshold for each: off, fixed or learned.
      """)
  var channelScales: String?
  @Option(help: "Learning rate of the factors of channels as a share of that of the weights.")
  var channelScaleRate: Double?
  @Option(help: "Importance of weights in clustering: none, adam, gradients or fisher.")
  var importance: String?
  @Option(help: "Largest pull of weights towards their values; 0 for none.")
  var commitment: Double?
  @Option(help: "Learning rate of the values as a share of that of the weights.")
  var valueRate: Double?
  @Option(help: "Share of codebook training with soft assignment, for cat-soft.")
  var softShare: Double?
  @Option(help: "Output channels that share a codebook, for --scope core.")
  var channelsPerCore: Int?

  func apply(to settings: inout FitSettings) {
    settings.codebook = codebook
    settings.family = family
    settings.channelScales = channelScales
    settings.channelScaleRate = channelScaleRate
    settings.importance = importance
    settings.commitment = commitment
    settings.valueRate = valueRate
    settings.softShare = softShare
    settings.channelsPerCore = channelsPerCore
  }
}
