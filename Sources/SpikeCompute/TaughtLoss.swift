import CSpikeKernels

/// Weights of the parts of a loss with a teacher; z = factor · logits enters the softmax.
public struct TaughtLoss: Hashable, Sendable {
  /// Factor on the logits.
  public var factor: Float
  /// Probability mass that is spread over all classes instead of the label.
  public var smoothing: Float
  /// Weight of the cross entropy with labels and teacher together.
  public var crossWeight: Float
  /// Share a of the teacher in it, 0…1.
  public var teacherShare: Float
  /// Factor on the teacher's logits before its softmax.
  public var teacherFactor: Float
  /// Temperature τ of the teacher's part.
  public var temperature: Float
  /// Weight of the mean over the classes of (z - ``squareTarget``)².
  public var squareWeight: Float
  /// What that part pulls every z to.
  public var squareTarget: Float

  /// Makes weights; the default is the plain cross entropy.
  public init(
    factor: Float = 1, smoothing: Float = 0, crossWeight: Float = 1, teacherShare: Float = 0,
    teacherFactor: Float = 1, temperature: Float = 1, squareWeight: Float = 0,
    squareTarget: Float = 0
  ) {
    self.factor = factor
    self.smoothing = smoothing
    self.crossWeight = crossWeight
    self.teacherShare = teacherShare
    self.teacherFactor = teacherFactor
    self.temperature = temperature
    self.squareWeight = squareWeight
    self.squareTarget = squareTarget
  }
}

extension Kernels {
  /// The loss of a student with labels and a teacher, summed over the rows:
  ///
  ///     crossWeight ((1 - a) CE(label) + a τ² KL(teacher at τ ‖ student at τ))
  ///       + squareWeight · mean (z - squareTarget)²
  ///
  /// Distillation after Hinton, Vinyals, Dean 2015 (arXiv 1503.02531); the squares are those of
  /// temporal efficient training (Deng et al., ICLR 2022).
  ///
  /// - Parameters:
  ///   - logits: [rows][classes].
  ///   - teacher: logits of the teacher, of the same shape; without one the share counts as 0.
  ///   - gradientScale: factor on the gradient.
  ///   - gradient: result [rows][classes]; may be the same view as `logits`.
  public static func taughtLoss(
    _ logits: FloatView, labels: IndexView, teacher: FloatView?, classes: Int,
    options: TaughtLoss, gradientScale: Float = 1, gradient: FloatView? = nil
  ) -> LossSum {
    precondition(classes >= 1 && logits.count == labels.count * classes, "logits and labels differ")
    precondition(gradient.map { $0.count == logits.count } ?? true, "a gradient per logit")
    precondition(teacher.map { $0.count == logits.count } ?? true, "a teacher's logit per logit")
    precondition(options.temperature > 0, "the temperature must be positive")
    for row in 0..<labels.count {
      precondition(
        labels[row] >= 0 && labels[row] < classes, "label \(labels[row]) of \(classes) classes")
    }
    var constants = spk_taught(
      factor: options.factor, smoothing: options.smoothing, cross_weight: options.crossWeight,
      teacher_share: options.teacherShare, teacher_factor: options.teacherFactor,
      temperature: options.temperature, square_weight: options.squareWeight,
      square_target: options.squareTarget)
    var correct: Int64 = 0
    let loss = unsafe spk_taught_loss(
      &constants, Int64(labels.count), Int64(classes), logits.constant, labels.constant,
      teacher?.constant, gradientScale, gradient?.start, &correct)
    return LossSum(loss: loss, correct: Int(correct))
  }
}
