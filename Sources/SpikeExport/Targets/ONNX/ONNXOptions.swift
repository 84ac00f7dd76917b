/// How a bundle becomes an ONNX file.
public struct ONNXOptions: Hashable, Sendable {
  /// How time runs.
  public enum Time: String, Hashable, Sendable, CaseIterable {
    /// Every step is nodes of its own: what every runtime and viewer understands.
    case unrolled
    /// One Scan over the steps: the file does not grow with their number.
    case scan
  }

  /// How time runs.
  public var time: Time
  /// Whether the input has a first axis of time steps, with graded spikes as the network receives
  /// them, instead of one sample of raw bytes for all steps.
  public var hasInputPerStep: Bool
  /// Whether spikes and potentials of every population and step are outputs, too.
  public var tracesNeurons: Bool

  /// Makes options with defaults.
  public init(time: Time = .unrolled, hasInputPerStep: Bool = false, tracesNeurons: Bool = false) {
    self.time = time
    self.hasInputPerStep = hasInputPerStep
    self.tracesNeurons = tracesNeurons
  }
}
