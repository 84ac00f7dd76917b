import SpikeBytes
import SpikeDiagnostics
import SpikeGraph

/// A constant of a TFLite file: numbers as stored, and what they stand for.
struct TFLiteConstant {
  var name: String
  /// As stored; large ones stay in the mapped file.
  var tensor: Tensor
  /// Scales and zero points, checked; nil for real numbers and plain integers.
  var quantization: TFLiteQuantization?

  /// Whether the stored integers stand for real numbers.
  var isQuantized: Bool { quantization != nil && !tensor.elementType.isFloat }

  /// The real numbers.
  var real: Tensor {
    guard let quantization, isQuantized else { return tensor }
    let integers = tensor.integers()
    let scales = quantization.scales
    let zeros = quantization.zeroPoints
    return Tensor(
      perSlice { slice, index in
        Float(integers[index] &- Int64(zeros[slice])) * scales[slice]
      }, shape: tensor.shape)
  }

  /// The integers with their zero points at 0, as float32.
  var centred: Tensor {
    guard let quantization else { return tensor }
    let integers = tensor.integers()
    return Tensor(
      perSlice { slice, index in Float(integers[index] &- Int64(quantization.zeroPoints[slice])) },
      shape: tensor.shape)
  }

  /// A number for each element, from the slice that it lies in.
  private func perSlice(_ value: (_ slice: Int, _ index: Int) -> Float) -> [Float] {
    guard let quantization, quantization.scales.count > 1 else {
      return (0..<tensor.count).map { value(0, $0) }
    }
    let inner = tensor.shape.dimensions[(quantization.axis + 1)...].reduce(1, *)
    let count = tensor.shape[quantization.axis]
    return (0..<tensor.count).map { value($0 / inner % count, $0) }
  }
}

extension TFLiteModel.Tensor {
  /// Numbers of `TensorType` that have a counterpart.
  private static let elementTypes: [Int: ElementType] = [
    0: .float32, 1: .float16, 2: .int32, 3: .uint8, 4: .int64, 6: .bool, 7: .int16, 9: .int8,
    10: .float64, 12: .uint64, 15: .uint32, 16: .uint16, 18: .bfloat16,
  ]

  /// Elements of one tensor.
  static let elementLimit = 1 << 31

  /// The element type; nil where sfconv has none.
  var elementType: ElementType? { TFLiteModel.Tensor.elementTypes[type] }

  /// Whether the file has the numbers.
  var isConstant: Bool { !range.isEmpty }

  /// The constant, with everything checked.
  /// - Throws: `tflite.unsupported-tensor`, `tflite.invalid-tensor`, `tflite.invalid-quantisation`.
  func constant(in file: MappedFile) throws(TFLiteError) -> TFLiteConstant {
    guard let elementType, !isSparse else {
      throw TFLiteError(
        .unsupportedTensor,
        isSparse
          ? "The tensor '\(name)' is stored without its zeros, which sfconv does not read."
          : "The tensor '\(name)' has elements of type \(type), which sfconv does not read.",
        at: Location(tensor: name), fix: "convert the model without sparsity, to float32 or int8")
    }
    let shape = Shape(self.shape)
    guard shape.dimensions.allSatisfy({ $0 >= 0 }), shape.rank <= ChannelsLastBuilder.rankLimit,
      shape.elementCount <= TFLiteModel.Tensor.elementLimit,
      shape.elementCount * elementType.byteCount == range.count
    else {
      throw TFLiteError(
        .invalidTensor,
        "The tensor '\(name)' has \(range.count) bytes; its shape \(shape) of \(elementType.rawValue) "
          + "needs another number.", at: Location(tensor: name), fix: "convert the model again")
    }
    let tensor = SpikeGraph.Tensor(
      in: file, at: range.lowerBound, elementType: elementType, shape: shape)
    if elementType.isFloat, tensor.floats().contains(where: { !$0.isFinite }) {
      throw TFLiteError(
        .invalidTensor, "The tensor '\(name)' holds NaN or infinity.", at: Location(tensor: name),
        fix: "train the model again; it diverged, or was damaged")
    }
    return TFLiteConstant(
      name: name, tensor: tensor,
      quantization: elementType.isFloat ? nil : try checkedQuantization(shape))
  }

  /// Scales and zero points that fit the tensor.
  func checkedQuantization(_ shape: Shape) throws(TFLiteError) -> TFLiteQuantization? {
    guard var quantization else { return nil }
    let count = quantization.scales.count
    let zeros = quantization.zeroPoints
    let limit = 1 << 16
    let fitsAxis =
      count == 1
      || (shape.dimensions.indices.contains(quantization.axis)
        && shape[quantization.axis] == count)
    guard fitsAxis, zeros.count == count || zeros.count == 1,
      quantization.scales.allSatisfy({ $0.isFinite && $0 > 0 }),
      zeros.allSatisfy({ abs($0.clamped(to: -limit - 1...limit + 1)) <= limit })
    else {
      throw TFLiteError(
        .invalidQuantization,
        "The tensor '\(name)' of shape \(shape) has \(count) scales along axis \(quantization.axis) "
          + "and \(zeros.count) zero points; allowed are one scale above 0, or one for each slice.",
        at: Location(tensor: name), fix: "convert the model again")
    }
    if zeros.count < count {
      quantization.zeroPoints = Array(repeating: zeros[0], count: count)
    }
    return quantization
  }
}

extension Int {
  fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
