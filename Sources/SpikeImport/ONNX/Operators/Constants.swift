import SpikeGraph

// Operators that make constants.
extension ONNXOperator {
  /// `Constant` in all its forms but sparse tensors and text.
  static let constant = ONNXOperator(
    "Constant", versions: 1...newest, inputs: 0...0,
    attributes: ["value", "value_float", "value_floats", "value_int", "value_ints"],
    becomes: "a constant"
  ) { node throws(ImportError) in
    if let tensor = try node.tensor("value") { return .constant(tensor) }
    if let values = try node.integers("value_ints") {
      return .constant(Tensor(integers: values.map { Int64($0) }, shape: [values.count]))
    }
    if node.has("value_int") {
      return .constant(Tensor(integers: [Int64(try node.integer("value_int"))], shape: []))
    }
    if node.has("value_float") {
      return .constant(Tensor.scalar(try node.float("value_float", default: 0)))
    }
    if case .floats(let values)? = node.attributes["value_floats"] {
      return .constant(Tensor(values, shape: [values.count]))
    }
    throw node.error(
      .invalidAttribute, "The node has none of 'value', 'value_float(s)' and 'value_int(s)'.",
      fix: "export the model again with dense constants")
  }

  /// `ConstantOfShape`: a shape filled with one value, by default 0.
  static let constantOfShape = ONNXOperator(
    "ConstantOfShape", versions: 9...newest, inputs: 1...1, attributes: ["value"],
    becomes: "a constant"
  ) { node throws(ImportError) in
    let given = try node.constant(0)
    let sizes = given.tensor.integers().map { Int($0) }
    guard sizes.count <= ONNXLimits.rank, sizes.allSatisfy({ $0 >= 0 }) else {
      throw node.error(
        .unsupportedUse, "The shape is \(sizes); sizes of 0 or more are allowed.",
        fix: "export the model again")
    }
    let shape = Shape(sizes)
    try node.checkFolded(shape, from: [given])
    let value = try node.tensor("value") ?? Tensor([0], shape: [1])
    guard value.count == 1 else {
      throw node.wrongValue("value", "a tensor of \(value.count) elements", "one element")
    }
    return .constant(
      ConstantFolding.broadcast(value.reshaped(to: []), to: shape))
  }

  /// `Shape`: sizes of a value, with the batch axis (its declared size, or 1 where it is open).
  static let shape = ONNXOperator(
    "Shape", versions: 1...newest, inputs: 1...1, attributes: ["end", "start"],
    becomes: "a constant"
  ) { node throws(ImportError) in
    let sizes: [Int]
    switch node.operand(0) {
    case .constant(let constant)?: sizes = constant.tensor.shape.dimensions
    default: sizes = [node.batchSize ?? 1] + (try node.activation(0)).shape.dimensions
    }
    // Out of range is clamped, not refused (ONNX operators, "Shape").
    func place(_ value: Int) -> Int {
      min(
        max(value < 0 ? value.addingReportingOverflow(sizes.count).partialValue : value, 0),
        sizes.count)
    }
    let start = place(try node.integer("start", default: 0))
    let end = place(try node.integer("end", default: sizes.count))
    let part = start < end ? sizes[start..<end].map { Int64($0) } : []
    return .constant(Tensor(integers: part, shape: [part.count]))
  }
}
