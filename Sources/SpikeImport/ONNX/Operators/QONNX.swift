import SpikeGraph

// `Quant` and `BipolarQuant` of QONNX (Pappalardo et al., "QONNX: representing arbitrary-precision
// quantized neural networks", 2022), in the domains that Brevitas, QONNX and FINN write.
extension ONNXOperator {
  static let qonnxDomains = [
    "finn.custom_op.general", "onnx.brevitas", "qonnx.custom_op.general",
  ]

  /// Rows of `BipolarQuant`: -scale below 0, scale from 0 on.
  static let bipolarQuant: [ONNXOperator] = qonnxDomains.map { domain in
    ONNXOperator(
      "BipolarQuant", domain: domain, versions: 1...newest, inputs: 2...2,
      becomes: "Bipolar, Affine (not convertible); folded for constants"
    ) { node throws(ImportError) in
      let scale = try node.constant(1)
      if case .constant(let constant)? = node.operand(0) {
        return .constant(
          try node.folded(constant, scale, { $0 >= 0 ? $1 : -$1 }, { $0 >= 0 ? $1 : -$1 }))
      }
      let input = try node.activation(0)
      var sketch = ONNXSketch(for: node)
      let sign = sketch.pointwise(ONNXSketch.Value(input), .bipolar)
      let factor = try node.constant(scale, broadcastTo: input)
      return sketch.translation(sketch.add(.affine, [.scale: factor], sign))
    }
  }

  /// Rows of `Quant`: scale · (round(x / scale + zero point) - zero point) in a number of bits.
  static let quant: [ONNXOperator] = qonnxDomains.map { domain in
    ONNXOperator(
      "Quant", domain: domain, versions: 1...newest, inputs: 4...4,
      attributes: ["narrow", "rounding_mode", "signed"],
      becomes: "Affine, Round, Clip, Affine (convert drops the rounding); folded for constants"
    ) { node throws(ImportError) in
      let function = try node.rounding()
      let range = try node.quantRange()
      let (scale, zero) = (try node.constant(1), try node.constant(2))
      if case .constant(let constant)? = node.operand(0) {
        let levels = try node.folded(constant, scale, { $0 / $1 }, { $0 / $1 })
        let shifted = try node.folded(
          ONNXConstant(name: constant.name, tensor: levels), zero, { $0 + $1 }, { $0 &+ $1 })
        let rounded = shifted.mapped { min(max(function($0), range.lowerBound), range.upperBound) }
        let centred = try node.folded(
          ONNXConstant(name: constant.name, tensor: rounded), zero, { $0 - $1 }, { $0 &- $1 })
        return .constant(
          try node.folded(
            ONNXConstant(name: constant.name, tensor: centred), scale, { $0 * $1 }, { $0 &* $1 }))
      }
      let input = try node.activation(0)
      let zeros = zero.tensor.floats()
      guard let offset = zeros.first, zeros.allSatisfy({ $0 == offset }) else {
        throw node.error(
          .unsupportedUse, "The zero points of an activation differ.", fix: "use one for the layer")
      }
      var sketch = ONNXSketch(for: node)
      let factor = try node.constant(scale, broadcastTo: input)
      let values = factor.tensor.floats()
      guard values.allSatisfy({ $0 > 0 }) else {
        throw node.error(.unsupportedUse, "A scale is 0 or negative.", fix: "train the model again")
      }
      let inverse = factor.derived(
        "inverse", Tensor(values.map { 1 / $0 }, shape: factor.tensor.shape))
      var x = sketch.add(.affine, [.scale: inverse], ONNXSketch.Value(input))
      x = sketch.add(.pointwise(function), [:], x)
      x = sketch.add(
        .clip(minimum: range.lowerBound - offset, maximum: range.upperBound - offset), [:], x)
      return sketch.translation(sketch.add(.affine, [.scale: factor], x))
    }
  }
}

extension ONNXNode {
  fileprivate func rounding() throws(ImportError) -> Pointwise {
    switch try text("rounding_mode", default: "ROUND").uppercased() {
    case "ROUND", "HALF_EVEN": return Pointwise(.round)
    case "FLOOR": return Pointwise(.floor)
    case "CEIL": return Pointwise(.ceiling)
    case let other: throw wrongValue("rounding_mode", other, "ROUND, FLOOR or CEIL")
    }
  }

  /// The integers of `Quant`, from the number of bits, the sign, and whether one value is left out.
  fileprivate func quantRange() throws(ImportError) -> ClosedRange<Float> {
    guard let bits = try number(input: 3), bits >= 1, bits <= 24, bits == bits.rounded() else {
      throw error(.unsupportedUse, "The number of bits is no whole number from 1 to 24.")
    }
    let isNarrow = try flag("narrow")
    if try flag("signed", default: true) {
      let half = Float(1 << (Int(bits) - 1))
      return (isNarrow ? 1 - half : -half)...Swift.max(half - 1, isNarrow ? 1 - half : -half)
    }
    return 0...(Float(1 << Int(bits)) - (isNarrow ? 2 : 1))
  }
}
