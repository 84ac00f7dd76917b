import SpikeDiagnostics

/// All operators of TFLite that sfconv imports.
///
/// To add one: a file in `Operators/` and a row here. Numbers: tensorflow/lite/schema/schema.fbs,
/// `BuiltinOperator` and `BuiltinOptions`.
package enum TFLiteOperatorTable {
  /// The rows, by name.
  static let rows: [TFLiteOperator] = [
    .add, .averagePool, .concatenation, .convolution, .depthwiseConvolution, .dequantize,
    .expandDimensions, .fullyConnected, .leakyRelu, .logSoftmax, .maxPool, .mean, .mul, .pad,
    .padV2,
    .quantize, .relu, .relu6, .reluN1To1, .relu0To1, .reshape, .softmax, .squeeze, .sub, .transpose,
  ]

  /// Number that stands for an operator of somebody else.
  static let custom = 32

  private static let rowsByCode = Dictionary(uniqueKeysWithValues: rows.map { ($0.code, $0) })

  /// The row of an operator; nil if there is none.
  static func row(_ node: TFLiteModel.Node) -> TFLiteOperator? {
    node.builtin.flatMap { rowsByCode[$0] }
  }

  /// Names of all rows, for the documentation.
  package static var names: [String] { rows.map(\.name).sorted() }

  /// What an operator is called.
  static func name(of node: TFLiteModel.Node) -> String {
    guard let code = node.builtin else { return "custom '\(node.customName.prefix(64))'" }
    return rowsByCode[code]?.name ?? advice[code]?.name ?? "operator \(code)"
  }

  /// Why an operator has no row, and what helps.
  static func refusal(of node: TFLiteModel.Node, at place: Location) -> TFLiteError {
    guard let code = node.builtin else {
      return TFLiteError(
        .unsupportedOperator, "The operator is not one of TFLite but somebody else's.", at: place,
        fix: "convert the model with builtin operators only (tf.lite.OpsSet.TFLITE_BUILTINS)")
    }
    let known = advice[code]
    return TFLiteError(
      .unsupportedOperator,
      "\(name(of: node)) \(known?.reason ?? "has no counterpart in sfconv").", at: place,
      fix: known?.fix ?? "replace it before conversion, or convert the part of the model before it")
  }

  private typealias Advice = (name: String, reason: String, fix: String)

  private static let advice: [Int: Advice] = {
    var table: [Int: Advice] = [:]
    for (code, name) in [
      (14, "LOGISTIC"), (28, "TANH"), (111, "ELU"), (117, "HARD_SWISH"), (150, "GELU"),
      (54, "PRELU"),
    ] {
      table[code] = (
        name, "is a smooth activation function; the rate of a spiking neuron is a clipped ReLU",
        "train the network with ReLU or ReLU6 in its place"
      )
    }
    for (code, name) in [
      (16, "LSTM"), (24, "RNN"), (27, "SVDF"), (35, "UNIDIRECTIONAL_SEQUENCE_RNN"),
      (44, "UNIDIRECTIONAL_SEQUENCE_LSTM"), (46, "BIDIRECTIONAL_SEQUENCE_RNN"),
      (52, "BIDIRECTIONAL_SEQUENCE_LSTM"),
    ] {
      table[code] = (
        name, "is a recurrent cell, which has no spiking counterpart",
        "train a network of spiking neurons (their state is the memory), or use convolutions over time"
      )
    }
    for (code, name) in [(118, "IF"), (119, "WHILE"), (129, "CALL_ONCE"), (31, "CALL")] {
      table[code] = (
        name, "is control flow; spikes have none", "convert the model with fixed control flow"
      )
    }
    for (code, name) in [
      (42, "DIV"), (126, "BATCH_MATMUL"), (55, "MAXIMUM"), (57, "MINIMUM"), (78, "POW"),
      (76, "RSQRT"), (99, "SQUARED_DIFFERENCE"), (11, "L2_NORMALIZATION"),
      (13, "LOCAL_RESPONSE_NORMALIZATION"),
    ] {
      table[code] = (
        name, "has no counterpart in spikes",
        "replace it before conversion by layers with constant weights"
      )
    }
    for (code, name) in [
      (23, "RESIZE_BILINEAR"), (97, "RESIZE_NEAREST_NEIGHBOR"), (36, "GATHER"),
      (45, "STRIDED_SLICE"), (49, "SPLIT"), (65, "SLICE"), (77, "SHAPE"), (83, "PACK"),
      (67, "TRANSPOSE_CONV"), (26, "SPACE_TO_DEPTH"), (5, "DEPTH_TO_SPACE"),
      (37, "BATCH_TO_SPACE_ND"), (38, "SPACE_TO_BATCH_ND"), (53, "CAST"), (56, "ARG_MAX"),
    ] {
      table[code] = (
        name, "has no counterpart in sfconv",
        "replace it before conversion, or convert with a fixed batch of 1 and sizes that are known"
      )
    }
    return table
  }()
}
