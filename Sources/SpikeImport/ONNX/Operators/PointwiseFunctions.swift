import SpikeGraph

// Functions of one number. Spikes have no counterpart for most of them; they are imported, so that a
// network can be looked at, run and teach, and `convert` names the nodes that it refuses.
extension ONNXOperator {
  /// Rows without attributes: the name of the operator is that of the function.
  static let plainFunctions: [ONNXOperator] = [
    plain(.exponential), plain(.logarithm), plain(.squareRoot), plain(.reciprocal),
    plain(.sigmoid), plain(.tanh), plain(.errorFunction, from: 9), plain(.softplus),
    plain(.softsign), plain(.hardSwish, from: 14), plain(.mish, from: 18), plain(.sign, from: 9),
    plain(.floor), plain(.ceiling), plain(.round, from: 11), plain(.sine, from: 7),
    plain(.cosine, from: 7), plain(.tangent, from: 7), plain(.arcSine, from: 7),
    plain(.arcCosine, from: 7), plain(.arcTangent, from: 7), plain(.hyperbolicSine, from: 9),
    plain(.hyperbolicCosine, from: 9), plain(.arcHyperbolicSine, from: 9),
    plain(.arcHyperbolicCosine, from: 9), plain(.arcHyperbolicTangent, from: 9),
  ]

  /// `Elu`: x above 0, alpha (e^x - 1) below.
  static let elu = function("Elu", from: 1, ["alpha"], "Elu") { node throws(ImportError) in
    Pointwise(.elu, alpha: try node.float("alpha", default: 1))
  }
  /// `Selu` with the constants of operator sets before 6.
  static let selu1 = function("Selu", from: 1, to: 5, ["alpha", "gamma"], "Selu") {
    node throws(ImportError) in
    Pointwise(
      .selu, alpha: try node.float("alpha", default: 1.6732),
      beta: try node.float("gamma", default: 1.0507))
  }
  /// `Selu`: gamma times Elu.
  static let selu6 = function("Selu", from: 6, ["alpha", "gamma"], "Selu") {
    node throws(ImportError) in
    Pointwise(
      .selu, alpha: try node.float("alpha", default: 1.6732632),
      beta: try node.float("gamma", default: 1.0507010))
  }
  /// `Celu`.
  static let celu = function("Celu", from: 12, ["alpha"], "Celu") { node throws(ImportError) in
    let alpha = try node.float("alpha", default: 1)
    guard alpha != 0 else { throw node.wrongValue("alpha", "0", "another number") }
    return Pointwise(.celu, alpha: alpha)
  }
  /// `Gelu`, exact or approximated by a hyperbolic tangent.
  static let gelu = function("Gelu", from: 20, ["approximate"], "Gelu") {
    node throws(ImportError) in
    switch try node.text("approximate", default: "none") {
    case "none": return Pointwise(.gelu)
    case "tanh": return Pointwise(.geluByTanh)
    case let other: throw node.wrongValue("approximate", other, "none or tanh")
    }
  }
  /// `Swish`: x times the sigmoid of alpha x.
  static let swish = function("Swish", from: 24, ["alpha"], "Swish") { node throws(ImportError) in
    Pointwise(.swish, alpha: try node.float("alpha", default: 1))
  }
  /// `ThresholdedRelu`: x above alpha, else 0.
  static let thresholdedRelu = function(
    "ThresholdedRelu", from: 10, ["alpha"], "ThresholdedRelu"
  ) { node throws(ImportError) in
    Pointwise(.thresholdedRelu, alpha: try node.float("alpha", default: 1))
  }
  /// `Shrink`: towards 0 by bias, outside of ±lambd.
  static let shrink = function("Shrink", from: 9, ["bias", "lambd"], "Shrink") {
    node throws(ImportError) in
    Pointwise(
      .shrink, alpha: try node.float("lambd", default: 0.5),
      beta: try node.float("bias", default: 0))
  }

  /// `Pow` with the broadcasting of operator sets before 7.
  static let pow1 = power(1...6)
  /// `Pow` with a constant exponent.
  static let pow7 = power(7...newest)

  private static func power(_ versions: ClosedRange<Int>) -> ONNXOperator {
    ONNXOperator(
      "Pow", versions: versions, inputs: 2...2,
      attributes: versions.lowerBound < 7 ? ["axis", "broadcast"] : [],
      becomes: "Power with one constant exponent (not convertible); folded for constants"
    ) { node throws(ImportError) in
      if let constants = node.constants, constants.count == 2 {
        let result = try node.folded(
          constants[0], constants[1], { Pointwise(.power, alpha: $1)($0) },
          { Int64(exactly: Pointwise(.power, alpha: Float($1))(Float($0)).rounded()) ?? 0 })
        // The base decides on the type (ONNX operators, "Pow").
        return .constant(
          constants[0].tensor.elementType.isFloat
            ? result : Tensor(integers: result.integers(), shape: result.shape))
      }
      let x = try node.activation(0)
      guard let exponent = try node.number(input: 1) else {
        throw node.constantsOnly("needs two inputs")
      }
      if exponent == 1 { return .operand(0) }
      return .layer(.pointwise(Pointwise(.power, alpha: exponent)), reading: x)
    }
  }

  private static func plain(_ function: Pointwise.Function, from first: Int = 1) -> ONNXOperator {
    self.function(function.rawValue, from: first, [], function.rawValue) { _ throws(ImportError) in
      Pointwise(function)
    }
  }

  private static func function(
    _ name: String, from first: Int, to last: Int = newest, _ attributes: [String],
    _ becomes: String, _ make: @escaping @Sendable (ONNXNode) throws(ImportError) -> Pointwise
  ) -> ONNXOperator {
    ONNXOperator(
      name, versions: first...last, inputs: 1...1, attributes: attributes,
      becomes: "\(becomes) (not convertible\(name == "Sigmoid" ? " but at the end" : ""))"
    ) { node throws(ImportError) in
      let function = try make(node)
      guard case .constant(let constant)? = node.operand(0) else {
        return .layer(.pointwise(function), reading: try node.activation(0))
      }
      return .constant(constant.tensor.mapped { function($0) })
    }
  }
}

extension Tensor {
  /// A function of every element; integers stay integers.
  func mapped(_ function: (Float) -> Float) -> Tensor {
    let values = floats().map(function)
    return elementType.isFloat
      ? Tensor(values, shape: shape)
      : Tensor(
        integers: values.map { Int64(exactly: $0.rounded(.towardZero)) ?? 0 }, shape: shape)
  }
}
