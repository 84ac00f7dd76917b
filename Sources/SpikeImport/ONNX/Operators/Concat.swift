import SpikeGraph

extension ONNXOperator {
  /// `Concat` of activations along any axis but the batch, or of constants.
  static let concat = ONNXOperator(
    "Concat", versions: 1...newest, inputs: 1...1024, attributes: ["axis"],
    becomes: "Concatenate of activations; folded for constants"
  ) { node throws(ImportError) in
    let given = try node.integer("axis", default: node.version < 4 ? 1 : nil)
    if node.operands.count == 1 { return .operand(0) }
    if let constants = node.constants { return try node.joined(constants, axis: given) }
    var activations: [ONNXActivation] = []
    for index in node.operands.indices { activations.append(try node.activation(index)) }
    let axis = try node.sampleAxis(given, of: activations[0])
    return .layers([ONNXLayer(.concatenate(axis: axis))], reading: activations)
  }
}

extension ONNXNode {
  fileprivate func joined(
    _ constants: [ONNXConstant], axis given: Int
  ) throws(ImportError) -> ONNXTranslation {
    let first = constants[0].tensor.shape.dimensions
    let axis = try self.axis(given, rank: first.count)
    for constant in constants {
      var sizes = constant.tensor.shape.dimensions
      guard sizes.count == first.count else { throw cannotJoin(constants[0], constant) }
      sizes[axis] = first[axis]
      guard sizes == first else { throw cannotJoin(constants[0], constant) }
    }
    return .constant(ConstantFolding.joined(constants.map { $0.tensor }, axis: axis))
  }

  private func cannotJoin(_ first: ONNXConstant, _ second: ONNXConstant) -> ImportError {
    error(
      .shapeMismatch,
      "The constants '\(first.name)' \(first.tensor.shape) and '\(second.name)' "
        + "\(second.tensor.shape) cannot be joined.", fix: "export the model again")
  }
}
