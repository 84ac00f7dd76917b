import SpikeDiagnostics
import SpikeGraph

// How numbers are held: whole numbers q - z for a real number s (q - z), where the file quantises an
// activation and the user keeps that; else real numbers.
//
// Sums of products of whole numbers below 2^24 are exact in float32, so the graph computes what TFLite's
// XNNPACK kernels compute: acc · (s_x s_w / s_y) in float32, rounded to the even number at half-way,
// clipped to the type.
extension TFLiteTranslator {
  /// The grid of an activation: what 1 stands for, and the whole numbers that its type holds.
  struct Grid {
    var step: Float
    var minimum: Float
    var maximum: Float
    /// Whether the grid begins at 0: nothing below 0 is left, as behind a ReLU.
    var startsAtZero: Bool { minimum == 0 }
  }

  /// The grid of a tensor; nil where the file has real numbers.
  /// - Throws: `tflite.invalid-quantisation`, `tflite.unsupported-tensor`.
  func grid(of tensor: TFLiteModel.Tensor) throws(TFLiteError) -> Grid? {
    let range: ClosedRange<Int>
    switch tensor.elementType {
    case .float32, .float16, .float64: return nil
    case .int8: range = -128...127
    case .uint8: range = 0...255
    case .int16 where !keepsIntegers: range = -32_768...32_767
    default:
      throw TFLiteError(
        .unsupportedTensor,
        "The activation '\(tensor.name)' has elements of type \(tensor.type); read are float32, int8 "
          + "and uint8.", at: Location(tensor: tensor.name),
        fix: "convert the model with activations of float32 or int8, or import with --dequantise")
    }
    let place = Location(tensor: tensor.name)
    guard
      let quantization = try tensor.checkedQuantization(Shape(tensor.shape)),
      quantization.scales.count == 1, range.contains(quantization.zeroPoints[0])
    else {
      throw TFLiteError(
        .invalidQuantization,
        "The activation '\(tensor.name)' of integers needs one scale, and a zero point in "
          + "\(range.lowerBound) to \(range.upperBound).", at: place, fix: "convert the model again"
      )
    }
    let zero = quantization.zeroPoints[0]
    return Grid(
      step: quantization.scales[0], minimum: Float(range.lowerBound - zero),
      maximum: Float(range.upperBound - zero))
  }

  /// Ends a node: numbers that stand for `factors` each become what its output tensor holds.
  ///
  /// - Parameters:
  ///   - factors: what 1 stands for: nil for real numbers, one number, or one per channel.
  ///   - isMovement: whether the node only picks or averages what it reads, so that what begins at 0
  ///     still does.
  mutating func settle(
    _ value: ChannelsLastValue, factors: [Float]?, bounds: TFLiteBounds = .none,
    isMovement: Bool = false, _ node: TFLiteNode
  ) throws(TFLiteError) -> TFLiteValue {
    do throws(TFLiteError) {
      return .activation(
        try settle(value, factors ?? [1], bounds, isMovement, in: node.output, node.name))
    } catch {
      throw error.located(in: node.location)
    }
  }

  /// Ends a node that only moves the numbers of `x`: nothing to do where the grids are the same.
  mutating func settleMoved(
    _ value: ChannelsLastValue, like x: TFLiteActivation, _ node: TFLiteNode
  ) throws(TFLiteError) -> TFLiteValue {
    if try grid(of: node.output)?.step == x.step || !keepsIntegers {
      return .activation(TFLiteActivation(value: value, step: x.step))
    }
    return try settle(value, factors: x.step.map { [$0] }, isMovement: true, node)
  }

  /// As the other, without a node: the input of the network.
  mutating func settle(
    _ activation: TFLiteActivation, in tensor: TFLiteModel.Tensor, _ stem: String
  ) throws(TFLiteError) -> TFLiteActivation {
    try settle(activation.value, [activation.step ?? 1], .none, true, in: tensor, stem)
  }

  private mutating func settle(
    _ value: ChannelsLastValue, _ factors: [Float], _ bounds: TFLiteBounds, _ isMovement: Bool,
    in tensor: TFLiteModel.Tensor, _ stem: String
  ) throws(TFLiteError) -> TFLiteActivation {
    let grid = try grid(of: tensor)
    guard let grid, keepsIntegers else {
      if grid != nil { noteDequantization() }
      var held = bounds
      if grid?.startsAtZero == true, !isMovement { held.minimum = max(held.minimum, 0) }
      let real = try scaled(value, factors, stem)
      return TFLiteActivation(value: try bounded(real, held, stem), step: nil)
    }
    let scaled = try scaled(value, factors.map { $0 / grid.step }, stem)
    let minimum = max(grid.minimum, (bounds.minimum / grid.step).rounded())
    let maximum = min(grid.maximum, (bounds.maximum / grid.step).rounded())
    let rounded = try build(at: stem) { builder throws(GraphError) in
      try builder.appendElementwise(
        .quantize(minimum: min(minimum, maximum), maximum: maximum), stem, reading: scaled)
    }
    return TFLiteActivation(value: rounded, step: grid.step)
  }

  /// An activation in real numbers.
  mutating func real(
    _ activation: TFLiteActivation, _ stem: String
  ) throws(TFLiteError) -> ChannelsLastValue {
    try scaled(activation.value, [activation.step ?? 1], "\(activation.value.name).real")
  }

  private mutating func scaled(
    _ value: ChannelsLastValue, _ factors: [Float], _ stem: String
  ) throws(TFLiteError) -> ChannelsLastValue {
    if factors.allSatisfy({ $0 == 1 }) { return value }
    guard factors.allSatisfy({ $0.isFinite }) else {
      throw TFLiteError(
        .invalidQuantization, "The scales of '\(stem)' are so far apart that their ratio is none.",
        fix: "convert the model again")
    }
    return try build(at: stem) { builder throws(GraphError) in
      try builder.affine(value, scale: Tensor(factors, shape: [factors.count]), stem)
    }
  }

  private mutating func bounded(
    _ value: ChannelsLastValue, _ bounds: TFLiteBounds, _ stem: String
  ) throws(TFLiteError) -> ChannelsLastValue {
    if bounds == .none { return value }
    let largest = Float.greatestFiniteMagnitude
    let operation: Operator =
      bounds.minimum == 0 && bounds.maximum == .infinity
      ? .relu
      : .clip(minimum: max(bounds.minimum, -largest), maximum: min(bounds.maximum, largest))
    return try build(at: stem) { builder throws(GraphError) in
      try builder.appendElementwise(operation, stem, reading: value)
    }
  }

  /// Weight and bias of a layer for an activation, and what 1 of its sums stands for.
  ///
  /// Integers where activation and weight are such; real numbers else.
  mutating func parameters(
    _ x: TFLiteActivation, _ weight: TFLiteConstant, _ bias: TFLiteConstant?, outputAxis: Int,
    _ node: TFLiteNode
  ) throws(TFLiteError) -> (weight: Tensor, bias: Tensor?, factors: [Float]?) {
    guard weight.tensor.shape.dimensions.indices.contains(outputAxis) else {
      throw node.error(
        .invalidNode, "The weight has the shape \(weight.tensor.shape).",
        fix: "convert the model again")
    }
    if let bias, bias.tensor.shape != [weight.tensor.shape[outputAxis]] {
      throw node.error(
        .shapeMismatch,
        "The bias has the shape \(bias.tensor.shape); [\(weight.tensor.shape[outputAxis])] is allowed.",
        fix: "convert the model again")
    }
    guard let step = x.step else {
      if weight.isQuantized || bias?.isQuantized == true { noteDequantization() }
      return (weight.real, bias?.real, nil)
    }
    guard let quantization = weight.quantization, weight.isQuantized,
      quantization.scales.count == 1 || quantization.axis == outputAxis
    else {
      throw node.error(
        .invalidQuantization,
        "The activation is quantised; its weight must be so, too, with one scale or one for each "
          + "output.",
        fix: "convert the model with full integer quantisation, or import with --dequantise")
    }
    if let bias, bias.tensor.elementType.isFloat {
      throw node.error(
        .invalidQuantization, "The bias has real numbers beside integer weights.",
        fix: "convert the model with full integer quantisation, or import with --dequantise")
    }
    let whole = bias.map { Tensor($0.tensor.floats(), shape: $0.tensor.shape) }
    return (weight.centred, whole, quantization.scales.map { step * $0 })
  }
}
