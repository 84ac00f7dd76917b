import SpikeExport

/// How `export --format onnx` writes the network.
public struct ONNXSettings: Hashable, Sendable {
  /// `unrolled` or `scan`.
  public var time = "unrolled"
  /// Whether the input has an axis of time steps.
  public var hasInputPerStep = false
  /// Whether spikes and potentials of every population and step are outputs.
  public var tracesNeurons = false

  /// The defaults.
  public init() {}

  /// - Throws: `pipeline.invalid-option`.
  func options() throws -> ONNXOptions {
    ONNXOptions(
      time: try Pipeline.choice(time, "--time", ["unrolled": .unrolled, "scan": .scan]),
      hasInputPerStep: hasInputPerStep, tracesNeurons: tracesNeurons)
  }
}
