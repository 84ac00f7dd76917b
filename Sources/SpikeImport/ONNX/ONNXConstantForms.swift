import SpikeGraph

extension ONNXConstant {
  /// A constant computed from this one; `suffix` names the computation with all its numbers.
  func derived(_ suffix: String, _ tensor: Tensor) -> ONNXConstant {
    ONNXConstant(name: "\(name).\(suffix)", tensor: tensor, isDerived: true)
  }
}

extension Tensor {
  /// All elements times a factor.
  func scaled(by factor: Float) -> Tensor {
    Tensor(floats().map { $0 * factor }, shape: shape)
  }
}

extension ONNXNode {
  /// A constant that broadcasts to an activation, without its batch axis.
  ///
  /// ONNX aligns shapes at the last axis; `[1, C, 1, 1]` becomes `[C, 1, 1]`. A constant that
  /// differs between samples, or that would enlarge the activation, is refused.
  func constant(
    _ constant: ONNXConstant, broadcastTo activation: ONNXActivation
  ) throws(ImportError) -> ONNXConstant {
    var tensor = constant.tensor
    let rank = activation.shape.rank
    if tensor.shape.rank == rank + 1 {
      guard tensor.shape[0] == 1 else {
        throw batchError("has a constant '\(constant.name)' \(tensor.shape) that differs by sample")
      }
      tensor = tensor.reshaped(to: Shape(Array(tensor.shape.dimensions.dropFirst())))
    }
    guard activation.shape.broadcast(with: tensor.shape) == activation.shape else {
      throw error(
        .shapeMismatch,
        "The constant '\(constant.name)' \(constant.tensor.shape) does not broadcast to "
          + "\(activation.shape) (without batch).", fix: "export the model again")
    }
    return ONNXConstant(name: constant.name, tensor: tensor, isDerived: constant.isDerived)
  }

  /// Refuses a folded constant that is far larger than what it is made of.
  func checkFolded(_ shape: Shape, from constants: [ONNXConstant]) throws(ImportError) {
    let allowed = ONNXLimits.foldedElements + constants.reduce(0) { $0 + $1.tensor.count }
    guard shape.elementCount <= allowed else {
      throw error(
        .tooLarge,
        "The constant \(shape) that this node makes has more than \(allowed) elements.",
        fix: "fold constants before import, for example with onnxsim")
    }
  }
}
