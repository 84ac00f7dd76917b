import CSpikeKernels

/// A matrix product whose cost is proportional to the elements of its input that are not 0: the
/// counterpart of ``MatmulKernel`` for spikes. It has no state; all threads may share it.
///
/// Every pass first lists the elements of its input that are not 0, and leaves what has more of
/// them than a limit to the dense kernel, so that the choice between the two depends on the data
/// alone: row by row in the product and the data gradient, whose results do not depend on the other
/// rows, and for all rows at once in the weight gradient. Terms are added in a fixed order, without
/// contraction: results have the same bits on every processor, and sums of integers below 2^24 are
/// exact.
public struct SparseMatmulKernel: Sendable {
  /// Share of the elements up to which events are used: of each row of the input or of the gradient
  /// from above, and of the whole input in the weight gradient. Measured against oneDNN with
  /// AVX-512, where they break even at 0.25 to 0.35 and at 0.35 to 0.5.
  public static let forwardLimit = 0.25, gradientLimit = 0.375

  /// Rows N of input and output, elements I of an input row, elements O of an output row.
  public let rows: Int, inputs: Int, outputs: Int

  /// Prepares a product of a shape that a ``MatmulKernel`` could be made for; nil where places do
  /// not fit 32 bits.
  public init?(rows: Int, inputs: Int, outputs: Int) {
    let limit = Int(Int32.max)
    guard rows * inputs <= limit, rows * outputs <= limit else { return nil }
    self.rows = rows
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Floats of scratch memory that each pass needs.
  public var forwardScratch: Int { product(inputs).scratch(SparseMatmulKernel.forwardLimit) }
  /// See ``forwardScratch``.
  public var dataGradientScratch: Int { product(outputs).scratch(SparseMatmulKernel.forwardLimit) }
  /// See ``forwardScratch``.
  public var weightGradientScratch: Int {
    Product(groups: 1, pixels: rows, inputs: inputs).scratch(SparseMatmulKernel.gradientLimit)
  }

  /// Puts weights [I][O] into the order [O][I] that the data gradient reads.
  public func transpose(_ weight: FloatView, into transposed: FloatView) {
    precondition(weight.count == inputs * outputs, "\(weight.count) weights")
    precondition(transposed.count == weight.count, "\(transposed.count) transposed weights")
    unsafe spk_transpose(Int64(inputs), Int64(outputs), weight.constant, transposed.start)
  }

  /// y[N][O] = x[N][I] · W[I][O] + bias.
  /// - Parameter leftOver: called for each row of which more than ``forwardLimit`` is not 0; its
  ///   part of y is as it was.
  /// - Returns: false, with y as it was and no call of `leftOver`, if that is so for all rows.
  public func forward(
    _ x: FloatView, weight: FloatView, bias: FloatView?, into y: FloatView, scratch: FloatView,
    leftOver: (_ row: Int) -> Void
  ) -> Bool {
    precondition(weight.count == inputs * outputs, "\(weight.count) weights")
    precondition(bias == nil || bias?.count == outputs, "one bias per output")
    return multiply(x, (inputs, outputs), { weight }, bias, y, scratch, leftOver)
  }

  /// dx = dy · Wᵀ.
  /// - Parameters:
  ///   - transposed: gives the weights in the order of ``transpose(_:into:)``, if needed.
  ///   - leftOver: called for each row of which more than ``forwardLimit`` of dy is not 0; its part
  ///     of dx is as it was.
  /// - Returns: false, with dx as it was and no call of `leftOver`, if that is so for all rows.
  public func backwardData(
    _ dy: FloatView, transposed: () -> FloatView, into dx: FloatView, scratch: FloatView,
    leftOver: (_ row: Int) -> Void
  ) -> Bool {
    multiply(dy, (outputs, inputs), transposed, nil, dx, scratch, leftOver)
  }

  /// dW = xᵀ · dy and db = sum of the rows of dy; overwrites.
  /// - Returns: false, with the gradients as they were, if more than ``gradientLimit`` of x is
  ///   not 0.
  public func backwardWeights(
    _ x: FloatView, _ dy: FloatView, weightGradient: FloatView, biasGradient: FloatView?,
    scratch: FloatView
  ) -> Bool {
    precondition(dy.count == rows * outputs, "\(dy.count) gradients")
    precondition(weightGradient.count == inputs * outputs, "\(weightGradient.count) weights")
    let share = SparseMatmulKernel.gradientLimit
    let product = Product(groups: 1, pixels: rows, inputs: inputs)
    let events = unsafe ActivationList(product.list, x, share: share, scratch: scratch)
    if unsafe events.denseCount > 0 { return false }
    unsafe spk_event_product_gradient(
      Int64(rows), Int64(inputs), Int64(outputs), x.constant, events.starts, events.indices,
      events.isGraded ? 1 : 0, dy.constant, product.sorted(scratch, share).start,
      weightGradient.start)
    if let biasGradient {
      precondition(biasGradient.count == outputs, "one bias per output")
      Kernels.channelSums(dy, into: biasGradient)
    }
    return true
  }

  private func product(_ inputs: Int) -> Product {
    Product(groups: rows, pixels: 1, inputs: inputs)
  }

  private func multiply(
    _ x: FloatView, _ sizes: (inputs: Int, outputs: Int), _ weight: () -> FloatView,
    _ bias: FloatView?, _ y: FloatView, _ scratch: FloatView, _ leftOver: (Int) -> Void
  ) -> Bool {
    precondition(y.count == rows * sizes.outputs, "\(y.count) results")
    let share = SparseMatmulKernel.forwardLimit
    let product = product(sizes.inputs)
    let events = unsafe ActivationList(product.list, x, share: share, scratch: scratch)
    if unsafe events.denseCount == rows { return false }
    let weight = weight()
    precondition(weight.count == inputs * outputs, "\(weight.count) weights")
    unsafe spk_event_product(
      Int64(rows), Int64(sizes.inputs), Int64(sizes.outputs), x.constant, events.starts,
      events.indices, events.dense, events.isGraded ? 1 : 0, weight.constant, bias?.constant,
      product.sorted(scratch, share).start, y.start)
    for row in 0..<rows where unsafe events.dense[row] != 0 { leftOver(row) }
    return true
  }
}

/// What a pass keeps in its scratch memory: a list of events, and the same sorted by input.
private struct Product {
  var list: ListShape

  init(groups: Int, pixels: Int, inputs: Int) {
    list = ListShape(groups: groups, pixels: pixels, channels: inputs)
  }

  func scratch(_ share: Double) -> Int {
    let most = Int(Double(list.groups * list.pixels * list.channels) * share)
    return list.room(share) + Int(spk_event_linear_scratch(Int64(list.channels), Int64(most)))
  }

  /// The part behind the list.
  func sorted(_ scratch: FloatView, _ share: Double) -> FloatView {
    precondition(scratch.count >= self.scratch(share), "\(scratch.count) floats of scratch")
    return scratch.slice(list.room(share)..<self.scratch(share))
  }
}
