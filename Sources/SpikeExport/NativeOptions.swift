/// Choices that a format leaves open; each format has its own.
public struct NativeOptions: Hashable, Sendable {
  /// Of ONNX files.
  public var onnx: ONNXOptions

  /// Makes options with defaults.
  public init(onnx: ONNXOptions = ONNXOptions()) { self.onnx = onnx }
}
