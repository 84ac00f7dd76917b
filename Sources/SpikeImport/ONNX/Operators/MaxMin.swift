import SpikeGraph

// `Max` and `Min`, written with ReLU so that spikes can follow: max(a, b) = a + relu(b - a).
extension ONNXOperator {
  /// `Max` of any number of activations and constants.
  static let maximum = ONNXOperator(
    "Max", versions: 1...newest, inputs: 1...64, becomes: "Relu, Clip or a sum of Relu"
  ) { node throws(ImportError) in
    try node.extremum(isLargest: true)
  }

  /// `Min` of any number of activations and constants.
  static let minimum = ONNXOperator(
    "Min", versions: 1...newest, inputs: 1...64, becomes: "Clip or a sum of Relu"
  ) { node throws(ImportError) in
    try node.extremum(isLargest: false)
  }
}

extension ONNXNode {
  fileprivate func extremum(isLargest: Bool) throws(ImportError) -> ONNXTranslation {
    if operands.count == 1 { return .operand(0) }
    if let constants {
      var result = constants[0]
      for other in constants.dropFirst() {
        result.tensor = try folded(
          result, other, { isLargest ? Swift.max($0, $1) : Swift.min($0, $1) },
          { isLargest ? Swift.max($0, $1) : Swift.min($0, $1) })
      }
      return .constant(result.tensor)
    }
    guard operands.count == 2 else {
      throw error(
        .unsupportedUse,
        "\(operatorName) of \(operands.count) values is read for constants; two are allowed here.",
        fix: "write it as a chain of \(operatorName) nodes with two inputs")
    }
    var sketch = ONNXSketch(for: self)
    let sign: Float = isLargest ? 1 : -1
    switch try operands(in: &sketch) {
    case .constants: throw error(.invalidNode, "An input is missing.")
    case .mixed(let x, let c, _):
      let values = c.tensor.floats()
      if values.allSatisfy({ $0 == values[0] }) {
        let largest = Float.greatestFiniteMagnitude
        let bounded: Operator =
          isLargest
          ? values[0] == 0 ? .relu : .clip(minimum: values[0], maximum: largest)
          : .clip(minimum: -largest, maximum: values[0])
        return sketch.translation(sketch.add(bounded, [:], x))
      }
      let negated = c.derived("negated", c.tensor.scaled(by: -sign))
      let scale = ONNXConstant(number: sign)
      let above = sketch.add(.relu, [:], sketch.add(.affine, [.scale: scale, .shift: negated], x))
      return sketch.translation(sketch.add(.affine, [.scale: scale, .shift: c], above))
    case .activations(let a, let b):
      let difference = sketch.add(
        .add, [:], sketch.affine(b, scale: sign), sketch.affine(a, scale: -sign))
      let excess = sketch.affine(sketch.add(.relu, [:], difference), scale: sign)
      return sketch.translation(sketch.add(.add, [:], a, excess))
    }
  }
}
