import SpikeFit
import SpikeGraph

/// How the values of codebooks come about, from words to options.
public enum CodebookSettings {
  /// Names of the methods with what each is.
  public static let methods: [(name: String, summary: String)] = CodebookMethod.allCases.map {
    ($0.rawValue, $0.summary)
  }
  /// Names of the families of values.
  public static let families = CodebookFamily.names

  /// Puts settings into the options of a fit.
  /// - Throws: `pipeline.invalid-option`.
  static func apply(_ settings: FitSettings, to options: inout FitOptions) throws {
    var codebook = options.codebook
    codebook.method = try choice(settings.codebook, "--codebook", CodebookMethod.allCases)
    if let name = settings.family {
      codebook.family = try choice(name, "--family", CodebookFamily.allCases)
    }
    if let name = settings.channelScales {
      codebook.channelScales = try choice(
        name, "--channel-scales", CodebookOptions.ChannelScales.allCases)
    }
    if let share = settings.channelScaleRate { codebook.channelScaleShare = Float(share) }
    if let name = settings.importance {
      codebook.importance = try choice(
        name, "--importance", CodebookOptions.Importance.allCases)
    }
    if let strength = settings.commitment { codebook.commitment = Float(strength) }
    if let share = settings.valueRate { options.learning.centroidShare = Float(share) }
    if let share = settings.softShare { codebook.softShare = share }
    options.scope = try Pipeline.choice(
      settings.scope, "--scope",
      [
        "network": .network, "layer": .layer, "channel": .channel, "neuron": .channel,
        "core": .channel, "axon-type": .channel,
      ])
    if settings.scope == "core" { codebook.tie = .core(channels: settings.channelsPerCore ?? 0) }
    if settings.scope == "axon-type" { codebook.tie = .axon }
    options.codebook = codebook
  }

  private static func choice<T: RawRepresentable>(
    _ name: String, _ option: String, _ all: [T]
  ) throws -> T where T.RawValue == String {
    try Pipeline.choice(
      name, option, Dictionary(uniqueKeysWithValues: all.map { ($0.rawValue, $0) }))
  }
}
