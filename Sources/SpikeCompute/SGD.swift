import CSpikeKernels

/// Stochastic gradient descent with momentum for one parameter tensor, as PyTorch defines it:
///
///     g = gradient + weightDecay · w,  m = momentum · m + g
///     w -= learningRate · m, or · (g + momentum · m) with ``nesterov``
public struct SGD: Sendable {
  /// Factor on the velocity per step; 0 is plain descent.
  public var momentum: Float
  /// Factor of the weights in the gradient (L2 penalty).
  public var weightDecay: Float
  /// Whether the step looks ahead along the velocity.
  public var nesterov: Bool
  /// Number of parameters.
  public let count: Int
  private var velocity: OptimizerState

  /// Makes an optimiser for `count` parameters, at rest.
  public init(count: Int, momentum: Float = 0.9, weightDecay: Float = 0, nesterov: Bool = false) {
    self.count = count
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.nesterov = nesterov
    velocity = OptimizerState(count: count)
  }

  /// Moves the parameters one step down the gradient.
  public mutating func step(parameter: FloatView, gradient: FloatView, learningRate: Float) {
    precondition(parameter.count == count && gradient.count == count, "\(count) parameters")
    let state = velocity.unique()
    unsafe spk_sgd_step(
      Int64(count), parameter.start, gradient.constant, momentum == 0 ? nil : state.start,
      learningRate, momentum, weightDecay, nesterov ? 1 : 0)
  }

  /// Brings the given parameters to rest, for example after pruning them.
  public mutating func clear(_ indices: some Sequence<Int>) { velocity.clear(indices) }
}
