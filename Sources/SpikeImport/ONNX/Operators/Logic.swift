import SpikeGraph

// Comparisons, logic and integer arithmetic: what exporters compute shapes and masks with. Constants
// only; a network that compares activations has branches, which spikes have not.
extension ONNXOperator {
  /// Rows of two constants, element by element.
  static let foldedPairs: [ONNXOperator] = [
    pair("Equal", 1, { $0 == $1 ? 1 : 0 }, { $0 == $1 ? 1 : 0 }),
    pair("Greater", 1, { $0 > $1 ? 1 : 0 }, { $0 > $1 ? 1 : 0 }),
    pair("GreaterOrEqual", 12, { $0 >= $1 ? 1 : 0 }, { $0 >= $1 ? 1 : 0 }),
    pair("Less", 1, { $0 < $1 ? 1 : 0 }, { $0 < $1 ? 1 : 0 }),
    pair("LessOrEqual", 12, { $0 <= $1 ? 1 : 0 }, { $0 <= $1 ? 1 : 0 }),
    pair("And", 1, { $0 != 0 && $1 != 0 ? 1 : 0 }, { $0 != 0 && $1 != 0 ? 1 : 0 }),
    pair("Or", 1, { $0 != 0 || $1 != 0 ? 1 : 0 }, { $0 != 0 || $1 != 0 ? 1 : 0 }),
    pair("Xor", 1, { ($0 != 0) != ($1 != 0) ? 1 : 0 }, { ($0 != 0) != ($1 != 0) ? 1 : 0 }),
  ]

  /// `Not` of a constant.
  static let not = ONNXOperator(
    "Not", versions: 1...newest, inputs: 1...1, becomes: "a constant; the input is constant"
  ) { node throws(ImportError) in
    guard let folded = node.mapped({ $0 == 0 ? 1 : 0 }) else { throw node.constantsOnly("negates") }
    return folded
  }

  /// `IsNaN` of a constant.
  static let isNaN = ONNXOperator(
    "IsNaN", versions: 9...newest, inputs: 1...1, becomes: "a constant; the input is constant"
  ) { node throws(ImportError) in
    guard let folded = node.mapped({ $0.isNaN ? 1 : 0 }) else { throw node.constantsOnly("tests") }
    return folded
  }

  /// `IsInf` of a constant.
  static let isInf = ONNXOperator(
    "IsInf", versions: 10...newest, inputs: 1...1,
    attributes: ["detect_negative", "detect_positive"],
    becomes: "a constant; the input is constant"
  ) { node throws(ImportError) in
    let negative = try node.flag("detect_negative", default: true)
    let positive = try node.flag("detect_positive", default: true)
    guard
      let folded = node.mapped({
        $0.isInfinite && ($0 < 0 ? negative : positive) ? 1 : 0
      })
    else { throw node.constantsOnly("tests") }
    return folded
  }

  /// `Mod` of constants, with the sign of the divisor, or with `fmod` of the dividend.
  static let mod = ONNXOperator(
    "Mod", versions: 10...newest, inputs: 2...2, attributes: ["fmod"],
    becomes: "a constant; both inputs are constant"
  ) { node throws(ImportError) in
    let keepsDividend = try node.flag("fmod")
    guard let constants = node.constants, constants.count == 2 else {
      throw node.constantsOnly("divides with a remainder")
    }
    if !constants[1].tensor.elementType.isFloat, constants[1].tensor.integers().contains(0) {
      throw node.error(.unsupportedUse, "The constant '\(constants[1].name)' divides by zero.")
    }
    return .constant(
      try node.folded(
        constants[0], constants[1],
        { first, second in
          let rest = first.truncatingRemainder(dividingBy: second)
          return keepsDividend || rest == 0 || (rest < 0) == (second < 0) ? rest : rest + second
        },
        { first, second in
          let rest = first.remainderReportingOverflow(dividingBy: second).partialValue
          return keepsDividend || rest == 0 || (rest < 0) == (second < 0) ? rest : rest &+ second
        }))
  }

  /// `BitShift` of constants.
  static let bitShift = ONNXOperator(
    "BitShift", versions: 11...newest, inputs: 2...2, attributes: ["direction"],
    becomes: "a constant; both inputs are constant"
  ) { node throws(ImportError) in
    guard let constants = node.constants, constants.count == 2 else {
      throw node.constantsOnly("shifts bits")
    }
    let isLeft = try node.text("direction", default: "") == "LEFT"
    return .constant(
      try node.folded(
        constants[0], constants[1], { first, _ in first },
        { isLeft ? $0 << $1 : Int64(bitPattern: UInt64(bitPattern: $0) >> UInt64(clamping: $1)) }))
  }

  /// `Where` of constants.
  static let `where` = ONNXOperator(
    "Where", versions: 9...newest, inputs: 3...3, becomes: "a constant; all inputs are constant"
  ) { node throws(ImportError) in
    guard let constants = node.constants, constants.count == 3 else {
      throw node.constantsOnly("chooses between values")
    }
    let tensors = constants.map(\.tensor)
    guard let first = tensors[0].shape.broadcast(with: tensors[1].shape),
      let shape = first.broadcast(with: tensors[2].shape)
    else {
      throw node.error(.shapeMismatch, "The three inputs do not broadcast.", fix: "export again")
    }
    try node.checkFolded(shape, from: constants)
    let all = tensors.map { ConstantFolding.broadcast($0, to: shape) }
    let choice = all[0].floats().map { $0 != 0 }
    if all[1].elementType.isFloat || all[2].elementType.isFloat {
      let (yes, no) = (all[1].floats(), all[2].floats())
      return .constant(Tensor(choice.indices.map { choice[$0] ? yes[$0] : no[$0] }, shape: shape))
    }
    let (yes, no) = (all[1].integers(), all[2].integers())
    return .constant(
      Tensor(integers: choice.indices.map { choice[$0] ? yes[$0] : no[$0] }, shape: shape))
  }

  private static func pair(
    _ name: String, _ first: Int, _ floats: @escaping @Sendable (Float, Float) -> Int64,
    _ integers: @escaping @Sendable (Int64, Int64) -> Int64
  ) -> ONNXOperator {
    ONNXOperator(
      name, versions: first...newest, inputs: 2...2,
      attributes: first == 1 ? ["axis", "broadcast"] : [],
      becomes: "a constant; both inputs are constant"
    ) { node throws(ImportError) in
      var sketch = ONNXSketch(for: node)
      guard node.constants != nil, case .constants(let a, let b) = try node.operands(in: &sketch)
      else { throw node.constantsOnly("compares") }
      let result = try node.folded(a, b, { Float(floats($0, $1)) }, integers)
      return .constant(Tensor(integers: result.integers(), shape: result.shape))
    }
  }
}
