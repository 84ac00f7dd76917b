extension FitOptions {
  /// What was planned for a chip before training (``ChipPlanner``).
  public struct Chip: Hashable, Sendable, Codable {
    /// Most channels of one group.
    public struct Width: Hashable, Sendable, Codable {
      /// Name of the node of the group's first population.
      public var node: String
      /// Most channels that the group may keep.
      public var atMost: Int
    }

    /// Most channels of the groups that are limited, sorted by name.
    public private(set) var widths: [Width]
    /// What was chosen and why, one line each; they go into the history of the model.
    public var reasons: [String]

    /// Most channels that a group of channels may keep, by the name of its first population's node.
    public var mostChannels: [String: Int] {
      Dictionary(uniqueKeysWithValues: widths.map { ($0.node, $0.atMost) })
    }

    /// Makes a plan; the default leaves everything open.
    public init(mostChannels: [String: Int] = [:], reasons: [String] = []) {
      widths = mostChannels.sorted { $0.key < $1.key }.map {
        Width(node: $0.key, atMost: $0.value)
      }
      self.reasons = reasons
    }
  }
}
