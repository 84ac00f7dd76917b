import ArgumentParser
import SpikePipeline

/// What `fit` and `deploy` share.
struct FitOptionGroup: ParsableArguments {
  @Option(help: "Chip to fit to: a built-in name, or the path of a spec (.json).")
  var target = "loihi2"
  @Option(
    name: [.long, .customShort("M")],
    help: ArgumentHelp(
      "Unique weights per codebook, 2 to 256: one number; by layer, as 4,4,16 or conv1=4,fc=16; or auto, "
        + "for the least noise under the chip's memory or --budget bytes. 4 or what the chip has room "
        + "for if left out.", valueName: "numbers"))
  var uniqueWeights: String?
  @Option(
    help: ArgumentHelp(
      "Bits of an integer weight: 2 to 8, one number or by layer; as many as the chip has if left out.",
      valueName: "numbers"))
  var bits: String?
  @Option(
    help: ArgumentHelp(
      "Compare this many plans for the chip by short fits, and take the best (default: the plan's own "
        + "estimate chooses).", valueName: "count"))
  var planTrials: Int?
  @Flag(help: "Allow 0 besides the unique weights; it is stored as no synapse.")
  var freeZero = false
  @Option(
    help: ArgumentHelp(
      "Weights that share a codebook: network, layer, core, channel, neuron or axon-type; as the chip "
        + "has it if left out."))
  var scope: String?
  @OptionGroup(title: "Codebook values") var codebook: CodebookOptionGroup
  @Option(help: "Share of hidden channels to remove, 0 to 0.95.") var prune = 0.0
  @OptionGroup(title: "Pruning") var pruning: PruningOptionGroup
  @Option(help: "Passes over the training data.") var epochs = 5
  @Option(help: "Samples per training step.") var batch = 64
  @Option(name: [.long, .customLong("lr")], help: "Learning rate of the weights (default 0.02).")
  var learningRate: Double?
  @Option(help: "Bits of a graded input spike, 1 to 8; as many as the chip takes if left out.")
  var inputBits: Int?
  @Option(help: "Seed of shuffling and augmentation.") var seed: UInt64 = 1

  @OptionGroup(title: "Leak") var leak: LeakOptionGroup
  @OptionGroup(title: "Training") var quality: FitQualityGroup

  func validate() throws {
    if let planTrials, !(0...1_000).contains(planTrials) {
      throw ValidationError("--plan-trials is \(planTrials); allowed: 0 to 1000")
    }
  }

  var settings: FitSettings {
    var settings = FitSettings(target: target)
    settings.plansUniqueWeights =
      uniqueWeights == nil || uniqueWeights == LayerSettings.automatic
    if let number = uniqueWeights.flatMap({ Int($0) }) {
      settings.uniqueWeights = number
    } else {
      settings.uniqueWeightsByLayer = uniqueWeights
    }
    if let number = bits.flatMap({ Int($0) }) {
      settings.bits = number
    } else {
      settings.bitsByLayer = bits
    }
    settings.planTrials = planTrials
    settings.freeZero = freeZero
    settings.plansScope = scope == nil
    if let scope { settings.scope = scope }
    codebook.apply(to: &settings)
    settings.prune = prune
    pruning.apply(to: &settings)
    settings.epochs = epochs
    settings.batch = batch
    settings.learningRate = learningRate
    settings.inputBits = inputBits
    settings.seed = seed
    settings.leak = leak.settings
    settings.quality = quality.settings
    return settings
  }
}
