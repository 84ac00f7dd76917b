import SpikeGraph

/// A row of the operator table: one builtin operator of TFLite.
struct TFLiteOperator: Sendable {
  /// Name in the schema.
  var name: String
  /// Number in `BuiltinOperator`.
  var code: Int
  /// Number of its options in `BuiltinOptions`; nil where it has none that matter.
  var options: Int?
  /// Allowed number of inputs.
  var inputs: ClosedRange<Int>
  /// What it becomes, for the documentation.
  var becomes: String
  /// Makes the layers.
  var build: @Sendable (inout TFLiteTranslator, TFLiteNode) throws(TFLiteError) -> TFLiteValue

  init(
    _ name: String, _ code: Int, options: Int? = nil, inputs: ClosedRange<Int>, becomes: String,
    build:
      @escaping @Sendable (inout TFLiteTranslator, TFLiteNode) throws(TFLiteError) -> TFLiteValue
  ) {
    self.name = name
    self.code = code
    self.options = options
    self.inputs = inputs
    self.becomes = becomes
    self.build = build
  }
}

/// What a tensor of the file is.
enum TFLiteValue {
  case constant(TFLiteConstant)
  case activation(TFLiteActivation)
}

/// An activation: real numbers, or whole numbers with their zero at 0.
struct TFLiteActivation {
  var value: ChannelsLastValue
  /// What the number 1 stands for; nil where numbers stand for themselves.
  var step: Float?
}
