import SpikeGraph

// Quantised models as they are: integers with scale and zero point. Weights become scale · integer, few
// unique values; activations keep their rounding here, and `convert` says that it drops it.
extension ONNXOperator {
  /// `QuantizeLinear`: round(x / scale) + zero point, within the range of the integers.
  static let quantizeLinear = ONNXOperator(
    "QuantizeLinear", versions: 10...newest, inputs: 2...3,
    attributes: ["axis", "block_size", "output_dtype", "precision", "saturate"],
    becomes: "Affine, Round, Clip (convert drops the rounding); folded for constants"
  ) { node throws(ImportError) in
    let form = try node.quantization(scale: 1, zero: 2, axis: try node.integer("axis", default: 1))
    if case .constant(let constant)? = node.operand(0) {
      return .constant(try node.quantized(constant, form))
    }
    var sketch = ONNXSketch(for: node)
    let input = try node.activation(0)
    return sketch.translation(try sketch.quantized(ONNXSketch.Value(input), form, input, for: node))
  }

  /// `DequantizeLinear`: (x - zero point) · scale.
  static let dequantizeLinear = ONNXOperator(
    "DequantizeLinear", versions: 10...newest, inputs: 2...3,
    attributes: ["axis", "block_size", "output_dtype"],
    becomes: "Affine; folded for constants"
  ) { node throws(ImportError) in
    let form = try node.quantization(scale: 1, zero: 2, axis: try node.integer("axis", default: 1))
    if case .constant(let constant)? = node.operand(0) {
      return .constant(try node.dequantized(constant, form))
    }
    var sketch = ONNXSketch(for: node)
    let input = try node.activation(0)
    return sketch.translation(
      try sketch.dequantized(ONNXSketch.Value(input), form, input, for: node))
  }

  /// `QLinearConv`: a convolution of integers with their scales.
  static let qLinearConv = ONNXOperator(
    "QLinearConv", versions: 10...newest, inputs: 8...9,
    attributes: ONNXWindow.attributes + ["group"],
    becomes: "Affine, Convolution, Affine, Round, Clip (convert drops the rounding)"
  ) { node throws(ImportError) in
    let input = try node.activation(0)
    let into = try node.quantization(scale: 1, zero: 2, axis: 1)
    let of = try node.quantization(scale: 4, zero: 5, axis: 0)
    let out = try node.quantization(scale: 6, zero: 7, axis: 1)
    let stored = try node.constant(3)
    let weight = stored.derived("real", try node.dequantized(stored, of))
    var bias: ONNXConstant?
    if let integers = try node.optionalConstant(8) {
      let factor = into.scale.tensor.floats()[0]
      let scales = of.scale.tensor.floats()
      let values = integers.tensor.floats().enumerated().map {
        $0.element * factor * scales[scales.count == 1 ? 0 : $0.offset]
      }
      bias = integers.derived("real", Tensor(values, shape: [values.count]))
    }
    var sketch = ONNXSketch(for: node)
    let x = try sketch.dequantized(ONNXSketch.Value(input), into, input, for: node)
    let current = try sketch.convolution(
      x, try node.convolution(stored, input.shape), weight: weight, bias: bias, for: node)
    let shaped = ONNXActivation(name: input.name, shape: current.shape)
    return sketch.translation(try sketch.quantized(current, out, shaped, for: node))
  }

  /// `QLinearMatMul`: a matrix product of integers with their scales; the second is constant.
  static let qLinearMatMul = ONNXOperator(
    "QLinearMatMul", versions: 10...newest, inputs: 8...8,
    becomes:
      "Affine, Linear, Affine, Round, Clip (convert drops the rounding); folded for constants"
  ) { node throws(ImportError) in
    let into = try node.quantization(scale: 1, zero: 2, axis: -2)
    let of = try node.quantization(scale: 4, zero: 5, axis: -1)
    let out = try node.quantization(scale: 6, zero: 7, axis: -2)
    let stored = try node.constant(3)
    let weight = try node.dequantized(stored, of)
    if case .constant(let constant)? = node.operand(0) {
      guard let product = ConstantFolding.product(try node.dequantized(constant, into), weight)
      else {
        throw node.error(.shapeMismatch, "The matrices do not fit.", fix: "export the model again")
      }
      return .constant(try node.quantized(ONNXConstant(name: stored.name, tensor: product), out))
    }
    let input = try node.activation(0)
    var sketch = ONNXSketch(for: node)
    let x = try sketch.dequantized(ONNXSketch.Value(input), into, input, for: node)
    let current = try sketch.linear(x, stored.derived("real", weight), for: node)
    let shaped = ONNXActivation(name: input.name, shape: current.shape)
    return sketch.translation(try sketch.quantized(current, out, shaped, for: node))
  }

  /// `ConvInteger`: a convolution of integers without scales.
  static let convInteger = ONNXOperator(
    "ConvInteger", versions: 10...newest, inputs: 2...4,
    attributes: ONNXWindow.attributes + ["group"], becomes: "Affine, Convolution"
  ) { node throws(ImportError) in
    let input = try node.activation(0)
    let into = try node.quantization(scale: nil, zero: 2, axis: 1)
    let of = try node.quantization(scale: nil, zero: 3, axis: 0)
    let stored = try node.constant(1)
    var sketch = ONNXSketch(for: node)
    let x = try sketch.dequantized(ONNXSketch.Value(input), into, input, for: node)
    return sketch.translation(
      try sketch.convolution(
        x, try node.convolution(stored, input.shape),
        weight: stored.derived("real", try node.dequantized(stored, of)), bias: nil, for: node))
  }

  /// `MatMulInteger`: a matrix product of integers without scales; the second is constant.
  static let matMulInteger = ONNXOperator(
    "MatMulInteger", versions: 10...newest, inputs: 2...4, becomes: "Affine, Linear"
  ) { node throws(ImportError) in
    let input = try node.activation(0)
    let into = try node.quantization(scale: nil, zero: 2, axis: -2)
    let of = try node.quantization(scale: nil, zero: 3, axis: -1)
    let stored = try node.constant(1)
    var sketch = ONNXSketch(for: node)
    let x = try sketch.dequantized(ONNXSketch.Value(input), into, input, for: node)
    return sketch.translation(
      try sketch.linear(x, stored.derived("real", try node.dequantized(stored, of)), for: node))
  }
}

/// Scale, zero point and range of a quantised value.
struct Quantization {
  var scale: ONNXConstant
  var zero: ONNXConstant
  /// Smallest and largest integer.
  var range: ClosedRange<Float>
  /// Axis, with the batch, that scales differ along.
  var axis: Int
  /// Elements along the axis that share a scale; 0 is one scale for each slice, or one for all.
  var block = 0
}

extension ONNXNode {
  /// The quantisation that the operands `scale` (1 where it is nil) and `zero` (0) describe.
  func quantization(
    scale: Int?, zero: Int, axis: Int
  ) throws(ImportError) -> Quantization {
    let factor = try scale.map { index throws(ImportError) in try constant(index) }
    let offset = try optionalConstant(zero)
    let block = try integer("block_size", default: 0)
    guard (0...ONNXLimits.window).contains(block) else {
      throw wrongValue("block_size", "\(block)", "0 or more")
    }
    let given = try integer("output_dtype", default: 0)
    var range: ClosedRange<Float>? = 0...255
    if given != 0 {
      range = ONNXElementType.range(given)
    } else if scale != nil, let offset {
      range = offset.integerRange
    }
    guard let range else {
      throw error(
        .unsupportedUse,
        "The node quantises to \(ONNXElementType.name(given)); integers are allowed.",
        fix: "quantise to integers of 2 to 16 bits")
    }
    return Quantization(
      scale: factor ?? ONNXConstant(number: 1), zero: offset ?? ONNXConstant(number: 0),
      range: range, axis: axis, block: block)
  }

  /// A constant as scale · (integer - zero point).
  func dequantized(_ constant: ONNXConstant, _ form: Quantization) throws(ImportError) -> Tensor {
    let (scale, zero) = try spread(form, over: constant.tensor.shape)
    let integers = constant.tensor.floats()
    return Tensor(
      integers.indices.map { (integers[$0] - zero[$0]) * scale[$0] }, shape: constant.tensor.shape)
  }

  /// A constant as integers.
  fileprivate func quantized(_ constant: ONNXConstant, _ form: Quantization) throws(ImportError)
    -> Tensor
  {
    let (scale, zero) = try spread(form, over: constant.tensor.shape)
    let values = constant.tensor.floats()
    return Tensor(
      integers: values.indices.map { index in
        let level = (values[index] / scale[index]).rounded(.toNearestOrEven) + zero[index]
        return Int64(exactly: min(max(level, form.range.lowerBound), form.range.upperBound)) ?? 0
      }, shape: constant.tensor.shape)
  }

  /// One scale and one zero point for each element.
  private func spread(
    _ form: Quantization, over shape: Shape
  ) throws(ImportError) -> (scale: [Float], zero: [Float]) {
    func spread(_ tensor: Tensor) throws(ImportError) -> [Float] {
      var tensor = tensor
      if form.block > 0, tensor.shape.rank == shape.rank, shape.rank > 0 {
        let axis = try self.axis(form.axis, rank: shape.rank)
        let places = (0..<shape[axis]).map { min($0 / form.block, tensor.shape[axis] - 1) }
        tensor = ConstantFolding.taken(tensor, indices: places, shape: [places.count], axis: axis)
      } else if tensor.count > 1, tensor.shape.rank == 1, shape.rank > 0 {
        let axis = try self.axis(form.axis, rank: shape.rank)
        var sizes = Array(repeating: 1, count: shape.rank)
        sizes[axis] = tensor.count
        tensor = tensor.reshaped(to: Shape(sizes))
      } else if tensor.count == 1 {
        tensor = tensor.reshaped(to: [])
      }
      guard shape.broadcast(with: tensor.shape) == shape else {
        throw error(
          .shapeMismatch, "Scales of shape \(tensor.shape) do not fit \(shape).",
          fix: "check the model with onnx.checker")
      }
      return ConstantFolding.broadcast(tensor, to: shape).floats()
    }
    return (try spread(form.scale.tensor), try spread(form.zero.tensor))
  }

  /// A scale or zero point for an affine layer on an activation.
  fileprivate func number(
    _ constant: ONNXConstant, _ form: Quantization, _ x: ONNXActivation
  ) throws(ImportError) -> ONNXConstant {
    guard form.block == 0 else { throw constantsOnly("scales blocks") }
    var tensor = constant.tensor
    if tensor.count == 1 {
      tensor = tensor.reshaped(to: [])
    } else if tensor.shape.rank == 1 {
      let axis = try sampleAxis(form.axis, of: x)
      tensor = tensor.reshaped(
        to: Shape([tensor.count] + Array(repeating: 1, count: x.shape.rank - 1 - axis)))
    }
    return try self.constant(
      ONNXConstant(name: constant.name, tensor: tensor, isDerived: constant.isDerived),
      broadcastTo: x)
  }
}

extension ONNXSketch {
  /// scale · (x - zero point).
  mutating func dequantized(
    _ x: Value, _ form: Quantization, _ shaped: ONNXActivation, for node: ONNXNode
  ) throws(ImportError) -> Value {
    let scale = try node.number(form.scale, form, shaped)
    let zero = try node.number(form.zero, form, shaped)
    var parameters: [ParameterRole: ONNXConstant] = [:]
    if scale.tensor.floats().contains(where: { $0 != 1 }) { parameters[.scale] = scale }
    let zeros = zero.tensor.floats()
    if zeros.contains(where: { $0 != 0 }) {
      let negative = zero.derived("negated", zero.tensor.scaled(by: -1))
      let shifted = add(.affine, [.shift: negative], x)
      return parameters.isEmpty ? shifted : add(.affine, parameters, shifted)
    }
    return parameters.isEmpty ? x : add(.affine, parameters, x)
  }

  /// round(x / scale), clipped to the range less the zero point, plus the zero point.
  mutating func quantized(
    _ x: Value, _ form: Quantization, _ shaped: ONNXActivation, for node: ONNXNode
  ) throws(ImportError) -> Value {
    let scale = try node.number(form.scale, form, shaped)
    let zero = try node.number(form.zero, form, shaped)
    let values = scale.tensor.floats()
    guard values.allSatisfy({ $0 > 0 }) else {
      throw node.error(
        .unsupportedUse, "A scale is 0 or negative.", fix: "quantise the model again")
    }
    let inverse = scale.derived(
      "inverse", Tensor(values.map { 1 / $0 }, shape: scale.tensor.shape))
    var result = pointwise(add(.affine, [.scale: inverse], x), .round)
    let zeros = zero.tensor.floats()
    let isUniform = zeros.allSatisfy { $0 == zeros[0] }
    let (low, high) = (form.range.lowerBound, form.range.upperBound)
    if isUniform {
      result = add(.clip(minimum: low - zeros[0], maximum: high - zeros[0]), [:], result)
      return affine(result, shift: zeros[0])
    }
    result = add(.affine, [.shift: zero], result)
    return add(.clip(minimum: low, maximum: high), [:], result)
  }

  /// x times a matrix `[I, O]` along the last axis.
  mutating func linear(
    _ x: Value, _ matrix: ONNXConstant, for node: ONNXNode
  ) throws(ImportError) -> Value {
    guard matrix.tensor.shape.rank == 2, x.shape.rank >= 1,
      x.shape.dimensions.last == matrix.tensor.shape[0]
    else {
      throw node.error(
        .shapeMismatch,
        "The weight '\(matrix.name)' has the shape \(matrix.tensor.shape) and the input \(x.shape) "
          + "(without batch); a weight [I, O] and an input […, I] are allowed.",
        fix: "export the model again")
    }
    let weight = matrix.derived("T", ConstantFolding.transposed(matrix.tensor, order: [1, 0]))
    return add(
      .linear, [.weight: weight], x,
      shape: Shape(x.shape.dimensions.dropLast() + [matrix.tensor.shape[1]]))
  }
}
