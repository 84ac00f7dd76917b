/// How a Keras file becomes a graph.
public struct KerasImportOptions: Hashable, Sendable {
  /// Shape of one sample without the batch, channels last, where the file leaves it open.
  public var inputShape: [Int]?

  /// Makes options with defaults.
  public init() {}
}
