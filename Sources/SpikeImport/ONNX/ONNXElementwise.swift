import SpikeGraph

// The two operands of an elementwise operator, brought to one shape.
extension ONNXNode {
  /// What an elementwise operator reads.
  enum Operands {
    case constants(ONNXConstant, ONNXConstant)
    /// An activation, and a constant that broadcasts to it.
    case mixed(ONNXSketch.Value, ONNXConstant, constantIsFirst: Bool)
    case activations(ONNXSketch.Value, ONNXSketch.Value)
  }

  /// Operands `first` and `second`. Activations are repeated along axes in which the result is larger.
  func operands(
    _ first: Int = 0, _ second: Int = 1, in sketch: inout ONNXSketch
  ) throws(ImportError) -> Operands {
    switch (operand(first), operand(second)) {
    case (.constant(let a)?, .constant(let b)?): return .constants(a, try legacy(b, a.tensor.shape))
    case (.activation(let x)?, .constant(let c)?):
      let (value, constant) = try aligned(
        x, try legacy(c, Shape([1] + x.shape.dimensions)), &sketch)
      return .mixed(value, constant, constantIsFirst: false)
    case (.constant(let c)?, .activation(let x)?):
      let (value, constant) = try aligned(x, c, &sketch)
      return .mixed(value, constant, constantIsFirst: true)
    case (.activation(let a)?, .activation(let b)?):
      let shape = try common([a, b])
      return .activations(
        sketch.expanded(ONNXSketch.Value(a), to: shape),
        sketch.expanded(ONNXSketch.Value(b), to: shape)
      )
    default:
      throw error(.invalidNode, "An input is missing.", fix: "check it with onnx.checker")
    }
  }

  /// The shape that activations broadcast to, which must agree in rank: the batch is axis 0 of each.
  func common(_ activations: [ONNXActivation]) throws(ImportError) -> Shape {
    var result = activations[0].shape
    for other in activations.dropFirst() {
      guard other.shape.rank == result.rank else {
        throw batchError("joins activations \(result) and \(other.shape) of different rank")
      }
      guard let shape = result.broadcast(with: other.shape) else {
        throw error(
          .shapeMismatch, "The activations \(result) and \(other.shape) do not broadcast.",
          fix: "export the model again")
      }
      result = shape
    }
    return result
  }

  /// Before operator set 7 the second operand was laid over the first from an axis on, if asked for.
  private func legacy(_ constant: ONNXConstant, _ shape: Shape) throws(ImportError) -> ONNXConstant
  {
    guard version < 7, try flag("broadcast"), has("axis") else { return constant }
    let axis = try self.axis(try integer("axis"), rank: shape.rank)
    let missing = shape.rank - axis - constant.tensor.shape.rank
    guard missing >= 0 else { throw wrongValue("axis", "\(axis)", "where the second input fits") }
    let sizes = constant.tensor.shape.dimensions + Array(repeating: 1, count: missing)
    return ONNXConstant(
      name: constant.name, tensor: constant.tensor.reshaped(to: Shape(sizes)),
      isDerived: constant.isDerived)
  }

  private func aligned(
    _ x: ONNXActivation, _ constant: ONNXConstant, _ sketch: inout ONNXSketch
  ) throws(ImportError) -> (ONNXSketch.Value, ONNXConstant) {
    let sizes = constant.tensor.shape.dimensions
    guard sizes.count == x.shape.rank || sizes.count == x.shape.rank + 1,
      let shape = x.shape.broadcast(with: Shape(Array(sizes.suffix(x.shape.rank)))),
      shape != x.shape
    else { return (ONNXSketch.Value(x), try self.constant(constant, broadcastTo: x)) }
    let value = sketch.expanded(ONNXSketch.Value(x), to: shape)
    let larger = ONNXActivation(name: x.name, shape: shape)
    return (value, try self.constant(constant, broadcastTo: larger))
  }

  /// Two constants combined element by element.
  func folded(
    _ first: ONNXConstant, _ second: ONNXConstant, _ floats: (Float, Float) -> Float,
    _ integers: (Int64, Int64) -> Int64
  ) throws(ImportError) -> Tensor {
    guard let shape = first.tensor.shape.broadcast(with: second.tensor.shape) else {
      throw error(
        .shapeMismatch,
        "The constants '\(first.name)' \(first.tensor.shape) and '\(second.name)' "
          + "\(second.tensor.shape) do not broadcast.", fix: "export the model again")
    }
    try checkFolded(shape, from: [first, second])
    return ConstantFolding.combined(
      first.tensor, second.tensor, shape: shape, floats: floats, integers: integers)
  }

  /// The error for an operator whose result depends on the data in a way that no network can follow.
  func constantsOnly(_ what: String) -> ImportError {
    error(
      .unsupportedUse, "\(operatorName) \(what); sfconv does so for constants only.",
      fix: "compute it from constants before export, or cut the model with --until")
  }
}
