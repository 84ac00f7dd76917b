/// Names and numbers of the ONNX format, each with its place in the specification
/// (https://onnx.ai/onnx/repo-docs/IR.html).
enum ONNXLayout {
  /// IR version 8 (ONNX 1.10) is the first with functions in a model.
  static let irVersion: Int64 = 8
  /// Version of the standard operators: the last one that goes with IR version 8 and 9 readers.
  static let standardOperators: Int64 = 17
  /// Domain and version of our own neuron functions.
  static let neuronDomain = "sfconv"
  static let neuronVersion: Int64 = 1
  /// Size of the batch: free.
  static let batch = "batch"

  /// `TensorProto.DataType`.
  enum ElementType: Int32 {
    case float32 = 1
    case uint8 = 2
    case int32 = 6
    case int64 = 7
  }

  /// `AttributeProto.AttributeType`.
  enum AttributeType: Int32 {
    case integer = 2
    case text = 3
    case tensor = 4
    case graph = 5
    case integers = 7
  }

  /// Integers of at most this magnitude, and their sums below it, are exact in float32.
  static let largestExact: Int64 = 1 << 24
  /// Most nodes of a file.
  static let mostNodes = 100_000
}
