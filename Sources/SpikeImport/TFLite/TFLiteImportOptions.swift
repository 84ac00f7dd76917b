/// How a TFLite file becomes a graph.
public struct TFLiteImportOptions: Hashable, Sendable {
  /// What becomes of the integers of a quantised network.
  public enum Quantization: String, Hashable, Sendable, CaseIterable {
    /// Weights stay integers, activations are rounded as the file says: the network computes what the
    /// interpreter computes.
    case kept
    /// Weights become real numbers and activations are not rounded.
    case dropped
  }

  /// What becomes of the integers of a quantised network.
  public var quantization = Quantization.kept

  /// Makes options with defaults.
  public init() {}
}
