import SpikeGraph

extension ONNXOperator {
  /// `BatchNormalization` with stored statistics:
  /// y = gamma (x - mean) / sqrt(variance + epsilon) + beta per channel.
  ///
  /// Training mode (statistics of the batch) is refused.
  static let batchNormalization7 = normalization(
    7...newest, attributes: ["epsilon", "momentum", "spatial", "training_mode"])

  /// `BatchNormalization` before operator set 7, which says by `is_test` that statistics are stored.
  static let batchNormalization1 = normalization(
    1...6, attributes: ["epsilon", "is_test", "momentum", "spatial"])

  private static func normalization(
    _ versions: ClosedRange<Int>, attributes: [String]
  ) -> ONNXOperator {
    ONNXOperator(
      "BatchNormalization", versions: versions, inputs: 5...5, attributes: attributes,
      becomes: "BatchNormalization, with stored statistics"
    ) { node throws(ImportError) in
      let input = try node.activation(0)
      guard try node.flag("spatial", default: true) || input.shape.rank < 2 else {
        throw node.wrongValue("spatial", "0", "1: statistics per channel")
      }
      let isTraining =
        node.version < 7 ? try !node.flag("is_test") : try node.flag("training_mode")
      guard !isTraining else {
        throw node.wrongValue(
          node.version < 7 ? "is_test" : "training_mode", node.version < 7 ? "0" : "1",
          "the other: export the model in evaluation mode (model.eval())")
      }
      let epsilon = try node.float("epsilon", default: 1e-5)
      guard epsilon >= 0 else { throw node.wrongValue("epsilon", "\(epsilon)", "0 or more") }
      return .layer(
        .batchNormalization(epsilon: epsilon),
        [
          .scale: try node.constant(1), .shift: try node.constant(2),
          .mean: try node.constant(3), .variance: try node.constant(4),
        ], reading: input)
    }
  }
}
