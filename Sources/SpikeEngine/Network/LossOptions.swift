/// What a training step minimises: the mean over the batch of the cross-entropy of
/// `logitScale · read-out / timeSteps`, plus `rateWeight` times the activity of the network.
///
/// With the logits of a teacher, a share of the cross-entropy is replaced by the distance to the
/// teacher's soft labels; with ``isPerStep`` every time step has to be right by itself.
public struct LossOptions: Hashable, Sendable {
  /// Probability mass that is spread over all classes instead of the label.
  public var labelSmoothing: Float
  /// Factor on the logits; with integer networks it brings potentials to the order of 1.
  public var logitScale: Float
  /// Weight of the activity: the mean spike rate of all neurons, each weighted by the number of
  /// synapses that its spikes reach. It is the share of all synapses that a spike crosses per step.
  public var rateWeight: Float
  /// Share a of the teacher, 0…1: (1 - a) CE(label) + a τ² KL(teacher at τ ‖ student at τ).
  public var teacherShare: Float
  /// Factor on the teacher's logits.
  public var teacherScale: Float
  /// Temperature τ of the teacher's part.
  public var temperature: Float
  /// Whether the loss is the mean over the steps t of the loss of `logitScale · (V_t - V_{t-1})`,
  /// what reaches the read-out in step t, and not the loss of its potential V after the last step:
  /// temporal efficient training (Deng et al., ICLR 2022).
  public var isPerStep: Bool
  /// Share λ of the mean of (logit - 1)² in the loss per step, which keeps steps alike.
  public var squareShare: Float

  /// Makes options.
  public init(
    labelSmoothing: Float = 0, logitScale: Float = 1, rateWeight: Float = 0,
    teacherShare: Float = 0, teacherScale: Float = 1, temperature: Float = 1,
    isPerStep: Bool = false, squareShare: Float = 0
  ) {
    self.labelSmoothing = labelSmoothing
    self.logitScale = logitScale
    self.rateWeight = rateWeight
    self.teacherShare = teacherShare
    self.teacherScale = teacherScale
    self.temperature = temperature
    self.isPerStep = isPerStep
    self.squareShare = squareShare
  }
}
