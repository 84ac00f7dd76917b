import CSpikeKernels

/// Adam (Kingma and Ba 2015) or AdamW (Loshchilov and Hutter 2019) for one parameter tensor:
///
///     m = β₁ m + (1 - β₁) g,  v = β₂ v + (1 - β₂) g²
///     w -= learningRate · m/(1 - β₁ᵗ) / (sqrt(v/(1 - β₂ᵗ)) + epsilon)
///
/// Decoupled weight decay (AdamW, the default) first does w -= learningRate · weightDecay · w;
/// otherwise g = gradient + weightDecay · w.
public struct AdamW: Sendable {
  /// Decay of the mean gradient per step.
  public var beta1: Float
  /// Decay of the mean squared gradient per step.
  public var beta2: Float
  /// What keeps the division finite.
  public var epsilon: Float
  /// Strength of the decay of the weights.
  public var weightDecay: Float
  /// Whether the decay bypasses the moments (AdamW) or is part of the gradient (Adam).
  public var isDecoupled: Bool
  /// Number of parameters.
  public let count: Int
  /// Steps taken so far.
  public private(set) var steps = 0
  private var first: OptimizerState
  private var second: OptimizerState
  // Products in double: β₁ᵗ needs no power function and gives the same bits everywhere.
  private var power1 = 1.0
  private var power2 = 1.0

  /// Makes an optimiser for `count` parameters with empty moments.
  public init(
    count: Int, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8,
    weightDecay: Float = 0, isDecoupled: Bool = true
  ) {
    self.count = count
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.isDecoupled = isDecoupled
    first = OptimizerState(count: count)
    second = OptimizerState(count: count)
  }

  /// Moves the parameters one step.
  public mutating func step(parameter: FloatView, gradient: FloatView, learningRate: Float) {
    precondition(parameter.count == count && gradient.count == count, "\(count) parameters")
    steps += 1
    power1 *= Double(beta1)
    power2 *= Double(beta2)
    let mean = first.unique()
    let square = second.unique()
    unsafe spk_adam_step(
      Int64(count), parameter.start, gradient.constant, mean.start, square.start, learningRate,
      beta1, beta2, epsilon, weightDecay, isDecoupled ? 1 : 0, Float(1 / (1 - power1)),
      Float(1 / (1 - power2)))
  }

  /// Empties both moments of the given parameters. Without this a pruned weight comes back: its
  /// first moment goes on pushing it.
  public mutating func clear(_ indices: some Collection<Int>) {
    first.clear(indices)
    second.clear(indices)
  }
}
