import SpikeContainers

/// Field numbers of the ONNX protobuf messages that the scanner acts upon.
///
/// Source: onnx.proto of ONNX 1.23.2 (https://onnx.ai/onnx/repo-docs/IR.html).
enum ONNXWireFormat {
  /// `TensorProto.raw_data`.
  static let rawData = 9
  /// `TensorProto.float_data`, `.int32_data`, `.int64_data`, `.double_data`, `.uint64_data`.
  static let floatData = 4
  static let int32Data = 5
  static let int64Data = 7
  static let doubleData = 10
  static let uint64Data = 11
  /// `TensorProto.string_data`.
  static let stringData = 6
  /// `GraphProto.sparse_initializer`.
  static let sparseInitializer = 15
  /// `AttributeProto.g` and `.graphs`.
  static let subgraphs: Set<Int> = [6, 11]

  /// What the scanner does: follow the graph down to its tensors, leave their data in the file, and
  /// keep only the presence of what sfconv does not read.
  static let plan = ProtobufPlan(
    rules: [
      // ModelProto: graph; documentation, metadata, training, functions, devices.
      .init(model, 7, .descend(into: graph, once: true)),
      .init(model, 6, .drop), .init(model, 14, .drop), .init(model, 20, .drop),
      .init(model, 25, .drop), .init(model, 26, .drop),
      // GraphProto: nodes, initialisers; documentation, value_info, annotations, metadata.
      .init(graph, 1, .descend(into: node, once: false)),
      .init(graph, 5, .descend(into: tensor, once: false)),
      .init(graph, sparseInitializer, .mark),
      .init(graph, 10, .drop), .init(graph, 13, .drop), .init(graph, 14, .drop),
      .init(graph, 16, .drop),
      // NodeProto: attributes; documentation, metadata, devices.
      .init(node, 5, .descend(into: attribute, once: false)),
      .init(node, 6, .drop), .init(node, 9, .drop), .init(node, 10, .drop),
      // AttributeProto: a tensor; graphs, lists of tensors, sparse tensors, types, documentation.
      .init(attribute, 5, .descend(into: tensor, once: true)),
      .init(attribute, 6, .mark), .init(attribute, 10, .mark), .init(attribute, 11, .mark),
      .init(attribute, 14, .mark), .init(attribute, 15, .mark), .init(attribute, 22, .mark),
      .init(attribute, 23, .mark), .init(attribute, 13, .drop),
      // TensorProto: data; text, segments, documentation, metadata.
      .init(tensor, floatData, .payload), .init(tensor, int32Data, .payload),
      .init(tensor, int64Data, .payload), .init(tensor, rawData, .payload),
      .init(tensor, doubleData, .payload), .init(tensor, uint64Data, .payload),
      .init(tensor, stringData, .mark), .init(tensor, 3, .drop), .init(tensor, 12, .drop),
      .init(tensor, 16, .drop),
    ],
    payloadField: 1001)

  private static let model = 0
  private static let graph = 1
  private static let node = 2
  private static let attribute = 3
  private static let tensor = 4
}
