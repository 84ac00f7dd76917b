import CSpikeDNN
import CSpikeKernels
public import SpikeDiagnostics

/// A fully connected layer of one shape, y[N][O] = x[N][I] · W[I][O] + b, with its gradients, on
/// one thread (oneDNN underneath). It has no state: all threads may share it.
///
/// Sums of products of integers below 2^24 are exact; other results depend on the vector width
/// that oneDNN uses on the processor.
public final class MatmulKernel: Sendable {
  /// Rows N of input and output.
  public let rows: Int
  /// Elements I of an input row.
  public let inputs: Int
  /// Elements O of an output row.
  public let outputs: Int

  /// Prepares a layer; all sizes are at least 1.
  /// - Throws: `compute.unsupported-geometry` for a size below 1.
  public init(rows: Int, inputs: Int, outputs: Int) throws(ComputeError) {
    guard rows >= 1, inputs >= 1, outputs >= 1 else {
      throw ComputeError(
        .unsupportedGeometry,
        "A matrix product of \(rows) by \(inputs) by \(outputs) has a size below 1.",
        fix: "check the shapes of the layer")
    }
    self.rows = rows
    self.inputs = inputs
    self.outputs = outputs
  }

  /// y = x · W + b.
  public func forward(_ x: FloatView, weight: FloatView, bias: FloatView?, into y: FloatView) {
    check(x, weight, y)
    if let bias { Kernels.repeatRows(bias, into: y) }
    unsafe multiply(
      (false, false), (rows, outputs, inputs), x.constant, weight.constant,
      bias == nil ? 0 : 1, y.start)
  }

  /// dx = dy · Wᵀ; overwrites.
  public func backwardData(_ dy: FloatView, weight: FloatView, into dx: FloatView) {
    check(dx, weight, dy)
    unsafe multiply(
      (false, true), (rows, inputs, outputs), dy.constant, weight.constant, 0, dx.start)
  }

  /// dW = xᵀ · dy and db = sum of the rows of dy; overwrites.
  public func backwardWeights(
    _ x: FloatView, _ dy: FloatView, weightGradient: FloatView, biasGradient: FloatView?
  ) {
    check(x, weightGradient, dy)
    unsafe multiply(
      (true, false), (inputs, outputs, rows), x.constant, dy.constant, 0, weightGradient.start)
    if let biasGradient {
      precondition(biasGradient.count == outputs, "one bias per output")
      Kernels.channelSums(dy, into: biasGradient)
    }
  }

  /// Some rows of y = x · W + b, or of dx = dy · Wᵀ + b with `isTransposed`: as many as
  /// x has.
  public func multiplyRows(
    _ x: FloatView, weight: FloatView, isTransposed: Bool = false, bias: FloatView?,
    into y: FloatView
  ) {
    let (width, result) = isTransposed ? (outputs, inputs) : (inputs, outputs)
    let rows = x.count / width
    precondition(
      x.count == rows * width && y.count == rows * result && rows > 0, "sizes of the rows")
    precondition(weight.count == inputs * outputs, "\(weight.count) weights")
    if let bias { Kernels.repeatRows(bias, into: y) }
    unsafe multiply(
      (false, isTransposed), (rows, result, width), x.constant, weight.constant,
      bias == nil ? 0 : 1, y.start)
  }

  @unsafe
  private func multiply(
    _ transposes: (Bool, Bool), _ sizes: (Int, Int, Int), _ a: UnsafePointer<Float>,
    _ b: UnsafePointer<Float>, _ beta: Float, _ c: UnsafeMutablePointer<Float>
  ) {
    var operation: UnsafePointer<CChar>?
    let status = unsafe spk_matrix_product(
      transposes.0 ? 1 : 0, transposes.1 ? 1 : 0, Int64(sizes.0), Int64(sizes.1),
      Int64(sizes.2), a, b, beta, c, &operation)
    unsafe DNNStatus.check(status, operation)
  }

  private func check(_ x: FloatView, _ weight: FloatView, _ y: FloatView) {
    precondition(x.count == rows * inputs, "\(x.count) inputs, expected \(rows) by \(inputs)")
    precondition(
      weight.count == inputs * outputs, "\(weight.count) weights, expected \(inputs) by \(outputs)")
    precondition(y.count == rows * outputs, "\(y.count) outputs, expected \(rows) by \(outputs)")
  }
}
