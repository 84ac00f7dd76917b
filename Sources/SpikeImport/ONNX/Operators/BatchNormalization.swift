import SpikeGraph

extension ONNXOperator {
  /// `BatchNormalization` with stored statistics:
  /// y = gamma (x - mean) / sqrt(variance + epsilon) + beta per channel.
  ///
  /// Training mode (statistics of the batch) is refused.
  static let batchNormalization = ONNXOperator(
    "BatchNormalization", versions: 7...newest, inputs: 5...5,
    attributes: ["epsilon", "momentum", "spatial", "training_mode"],
    becomes: "BatchNormalization, with stored statistics"
  ) { node throws(ImportError) in
    let input = try node.activation(0)
    guard try node.flag("spatial", default: true) else {
      throw node.wrongValue("spatial", "0", "1: statistics per channel")
    }
    guard try !node.flag("training_mode") else {
      throw node.wrongValue(
        "training_mode", "1", "0: export the model in evaluation mode (model.eval())")
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
