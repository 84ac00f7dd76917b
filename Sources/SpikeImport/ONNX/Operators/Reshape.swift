import SpikeDiagnostics
import SpikeGraph

extension ONNXOperator {
  /// `Flatten` to `[N, everything]`.
  static let flatten = ONNXOperator(
    "Flatten", versions: 1...newest, inputs: 1...1, attributes: ["axis"],
    becomes: "Reshape to a vector; folded for constants"
  ) { node throws(ImportError) in
    if case .constant(let constant)? = node.operand(0) {
      let sizes = constant.tensor.shape.dimensions
      let given = try node.integer("axis", default: 1)
      let axis = given == sizes.count ? given : try node.axis(given, rank: sizes.count)
      let matrix = Shape([sizes[..<axis].reduce(1, *), sizes[axis...].reduce(1, *)])
      return .constant(constant.tensor.reshaped(to: matrix))
    }
    let input = try node.activation(0)
    let rank = input.shape.rank + 1
    let given = try node.integer("axis", default: 1)
    let axis = given == rank ? rank : try node.axis(given, rank: rank)
    // Axes between batch and `axis` join the batch; harmless only where they have size 1.
    guard axis >= 1, input.shape.dimensions.prefix(axis - 1).allSatisfy({ $0 == 1 }) else {
      throw node.batchError("flattens at axis \(given), which joins the batch with other axes")
    }
    return .layer(.reshape([input.shape.elementCount]), reading: input)
  }

  /// `Reshape` that keeps the batch as axis 0: `[N, …]`, `[-1, …]`, `[0, …]`.
  static let reshape5 = ONNXOperator(
    "Reshape", versions: 5...newest, inputs: 2...2, attributes: ["allowzero"],
    becomes: "Reshape that keeps the batch as axis 0"
  ) { node throws(ImportError) in
    try node.reshaped(to: try node.integers(input: 1))
  }

  /// `Reshape` with the shape as an attribute, before operator set 5.
  static let reshape1 = ONNXOperator(
    "Reshape", versions: 1...4, inputs: 1...1, attributes: ["shape"],
    becomes: "Reshape that keeps the batch as axis 0"
  ) { node throws(ImportError) in
    try node.reshaped(to: try node.integers("shape"))
  }
}

extension ONNXNode {
  fileprivate func reshaped(to target: [Int]?) throws(ImportError) -> ONNXTranslation {
    let node = self
    guard let target, target.count <= ONNXLimits.rank else {
      throw node.error(
        .invalidNode, "The target shape is missing or has more than \(ONNXLimits.rank) axes.",
        fix: "check the model with onnx.checker")
    }
    let zeroCopies = try !node.flag("allowzero")
    switch node.operand(0) {
    case .constant(let constant)?:
      let sizes = try node.completed(target, of: constant.tensor.shape, zeroCopies: zeroCopies)
      return .constant(constant.tensor.reshaped(to: Shape(sizes)))
    default:
      let input = try node.activation(0)
      return .layer(
        .reshape(try node.sampleShape(target, of: input, zeroCopies: zeroCopies)), reading: input)
    }
  }
}

extension ONNXNode {
  /// The target shape without its batch axis.
  fileprivate func sampleShape(
    _ target: [Int], of input: ONNXActivation, zeroCopies: Bool
  ) throws(ImportError) -> Shape {
    guard let first = target.first else { throw batchError("removes all axes") }
    let keepsBatch = first == batchSize ?? 1 || (first == 0 && zeroCopies)
    guard keepsBatch || first == -1 else {
      throw batchError(
        "reshapes to \(target), which does not keep the batch as axis 0 before \(input.shape)")
    }
    // A leading -1 is the batch exactly if the others hold one sample.
    let rest = Array(target.dropFirst())
    guard keepsBatch || !rest.contains(-1) else {
      throw wrongValue("shape", "\(target)", "one -1")
    }
    // Zeros copy sizes by position; the position counts the batch axis.
    do throws(ImportError) {
      return Shape(try completed(rest, of: input.shape, zeroCopies: zeroCopies))
    } catch {
      guard error.code == .shapeMismatch else { throw error }
      throw batchError(
        "reshapes to \(target); one sample \(input.shape) has \(input.shape.elementCount) elements, "
          + "so the batch would be folded into other axes")
    }
  }

  /// A target with its 0 (copied) and -1 (what is left) filled in.
  fileprivate func completed(
    _ target: [Int], of shape: Shape, zeroCopies: Bool
  ) throws(ImportError) -> [Int] {
    var sizes = target
    var open: Int?
    for (axis, size) in target.enumerated() {
      switch size {
      case 0 where zeroCopies:
        guard axis < shape.rank else {
          throw wrongValue("shape", "\(target)", "0 only where the input has an axis")
        }
        sizes[axis] = shape[axis]
      case -1:
        guard open == nil else { throw wrongValue("shape", "\(target)", "one -1") }
        open = axis
        sizes[axis] = 1
      case ..<0: throw wrongValue("shape", "\(target)", "sizes of 0 or more, and one -1")
      default: break
      }
    }
    let count = Shape(sizes).elementCount
    if let open, count > 0, shape.elementCount % count == 0 {
      sizes[open] = shape.elementCount / count
    }
    guard Shape(sizes).elementCount == shape.elementCount else {
      throw error(
        .shapeMismatch, "\(shape.elementCount) elements of \(shape) do not fit \(target).",
        fix: "export the model again")
    }
    return sizes
  }
}
