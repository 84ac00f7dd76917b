/// Columns of a projection that belong to one channel of its input.
struct ConsumerSite: Hashable, Sendable {
  /// Index into the layers of the network.
  var layer: Int
  /// Input elements of the weight's second axis that belong to one channel: 1, or the positions of
  /// a channel behind a flattening.
  var width: Int
}

/// Channels that can only be removed together: all producers whose values meet in an addition,
/// with the populations they drive and the projections that read them.
struct ChannelGroup: Hashable, Sendable {
  /// Number of channels.
  var channels: Int
  /// Layers whose output rows are the channels.
  var producers: [Int] = []
  /// Layers with one group of synapses for each channel.
  var depthwise: [Int] = []
  /// Positions in `structure.populations`.
  var populations: [Int] = []
  /// Layers whose columns read the channels.
  var consumers: [ConsumerSite] = []
  /// Positions in `graph.nodes` of affine nodes with a factor for each channel.
  var factors: [Int] = []
  /// Positions in `graph.nodes` of reshapes.
  var reshapes: [Int] = []
  /// Whether channels may not be removed at all.
  var isFrozen = false

  init(channels: Int) { self.channels = channels }

  /// The channel groups of a network, in order of the graph.
  static func all(of network: TrainableNetwork) -> [ChannelGroup] {
    ChannelTracer(network).groups
  }

  /// Those of which channels can be removed: with a spiking population, not at the input or the
  /// output, not behind a join or a transposition.
  static func prunable(of network: TrainableNetwork) -> [ChannelGroup] {
    all(of: network).filter { group in
      !group.isFrozen && group.channels > 1
        && group.populations.contains { network.structure.populations[$0].spikes }
    }
  }
}
