import SpikeGraph

extension ONNXOperator {
  /// `Gemm`: y = alpha A B + beta C, imported as ``Operator/linear``.
  ///
  /// A is the activation `[N, I]`; B is a constant, `[I, O]` or with `transB` `[O, I]`; C is a
  /// constant that is the same for every sample. `transA` would move the batch and is refused.
  static let gemm7 = ONNXOperator(
    "Gemm", versions: 7...newest, inputs: 2...3, attributes: ["alpha", "beta", "transA", "transB"],
    becomes: "Linear; folded for constants"
  ) { node throws(ImportError) in
    try node.multiplied()
  }

  /// `Gemm` before operator set 7, whose C broadcasts only if asked to.
  static let gemm1 = ONNXOperator(
    "Gemm", versions: 1...6, inputs: 3...3,
    attributes: ["alpha", "beta", "broadcast", "transA", "transB"],
    becomes: "Linear; folded for constants"
  ) { node throws(ImportError) in
    try node.multiplied()
  }
}

extension ONNXNode {
  fileprivate func multiplied() throws(ImportError) -> ONNXTranslation {
    let node = self
    if let constants { return .constant(try product(of: constants)) }
    let input = try node.activation(0)
    guard try !node.flag("transA") else { throw node.batchError("transposes its activation") }
    guard input.shape.rank == 1 else {
      throw node.error(
        .shapeMismatch,
        "The input has the shape \(input.shape) (without batch); a vector is allowed.",
        fix: "flatten the activation before the Gemm")
    }
    let alpha = try node.float("alpha", default: 1)
    let beta = try node.float("beta", default: 1)
    var weight = try node.constant(1)
    guard weight.tensor.shape.rank == 2 else {
      throw node.error(
        .shapeMismatch,
        "The weight '\(weight.name)' has the shape \(weight.tensor.shape); two axes are allowed.",
        fix: "export the model again")
    }
    if try !node.flag("transB") {
      weight = weight.derived("T", ConstantFolding.transposed(weight.tensor, order: [1, 0]))
    }
    if alpha != 1 { weight = weight.derived("alpha\(alpha)", weight.tensor.scaled(by: alpha)) }
    var parameters = [ParameterRole.weight: weight]
    if let bias = try node.optionalConstant(2), beta != 0 {
      parameters[.bias] = try node.linearBias(bias, outputs: weight.tensor.shape[0], factor: beta)
    }
    return .layer(.linear, parameters, reading: input)
  }
}

extension ONNXNode {
  private func product(of constants: [ONNXConstant]) throws(ImportError) -> Tensor {
    func matrix(_ index: Int, _ flagName: String) throws(ImportError) -> Tensor {
      let tensor = constants[index].tensor
      guard tensor.shape.rank == 2 else {
        throw error(.shapeMismatch, "'\(constants[index].name)' is no matrix.", fix: "export again")
      }
      return try flag(flagName) ? ConstantFolding.transposed(tensor, order: [1, 0]) : tensor
    }
    guard let product = ConstantFolding.product(try matrix(0, "transA"), try matrix(1, "transB"))
    else {
      throw error(.shapeMismatch, "The matrices do not fit.", fix: "export the model again")
    }
    let scaled = ONNXConstant(
      name: constants[0].name, tensor: product.scaled(by: try float("alpha", default: 1)))
    guard constants.count == 3 else { return scaled.tensor }
    let beta = try float("beta", default: 1)
    return try folded(scaled, constants[2], { $0 + beta * $1 }, { $0 &+ $1 })
  }

  /// A bias that broadcasts to `[N, outputs]` without looking at N, as a vector `[outputs]`.
  fileprivate func linearBias(
    _ bias: ONNXConstant, outputs: Int, factor: Float
  ) throws(ImportError) -> ONNXConstant {
    let shape = bias.tensor.shape
    guard shape.rank <= 2, shape.rank < 2 || shape[0] == 1,
      [1, outputs].contains(shape.dimensions.last ?? 1)
    else {
      throw error(
        .shapeMismatch,
        "The bias '\(bias.name)' has the shape \(shape); [\(outputs)] is allowed.",
        fix: "export the model again")
    }
    if shape == [outputs] && factor == 1 { return bias }
    if shape.elementCount == outputs && factor == 1 {
      return ONNXConstant(
        name: bias.name, tensor: bias.tensor.reshaped(to: [outputs]), isDerived: bias.isDerived)
    }
    let values = bias.tensor.floats()
    return bias.derived(
      "beta\(factor)",
      Tensor(
        (0..<outputs).map { factor * values[values.count == 1 ? 0 : $0] }, shape: [outputs]))
  }
}
