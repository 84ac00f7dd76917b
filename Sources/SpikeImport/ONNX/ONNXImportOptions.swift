package import SpikeGraph

/// What the user may say about an ONNX file.
public struct ONNXImportOptions: Hashable, Sendable {
  /// Shape of one sample (C, H, W; no batch axis), for files that leave sizes open.
  public var inputShape: [Int]?
  /// Name of the last node or value to import; what follows is cut off.
  public var until: String?

  /// Values of inputs that are constants of the network, by name.
  package var constants: [String: Tensor] = [:]

  /// Makes options; the default takes the file as it is.
  public init(inputShape: [Int]? = nil, until: String? = nil) {
    self.inputShape = inputShape
    self.until = until
  }

  /// Mixes in everything but the numbers of the constants.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(inputShape)
    hasher.combine(until)
    hasher.combine(constants.keys.sorted())
  }
}
