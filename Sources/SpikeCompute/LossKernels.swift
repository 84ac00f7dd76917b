import CSpikeKernels

/// The result of a loss over some rows.
public struct LossSum: Hashable, Sendable {
  /// Sum of the losses of all rows, in nats.
  public var loss: Double
  /// Rows whose first largest logit is the label.
  public var correct: Int

  /// Makes a result.
  public init(loss: Double, correct: Int) {
    self.loss = loss
    self.correct = correct
  }
}

extension Kernels {
  /// y = softmax(factor · logits) of each row.
  public static func softmax(
    _ logits: FloatView, classes: Int, factor: Float = 1, into y: FloatView
  ) {
    let rows = rows(of: logits, classes)
    precondition(y.count == logits.count, "a probability per logit")
    unsafe spk_softmax(rows, Int64(classes), logits.constant, factor, y.start)
  }

  /// y = log softmax(factor · logits) of each row.
  public static func logSoftmax(
    _ logits: FloatView, classes: Int, factor: Float = 1, into y: FloatView
  ) {
    let rows = rows(of: logits, classes)
    precondition(y.count == logits.count, "a log probability per logit")
    unsafe spk_log_softmax(rows, Int64(classes), logits.constant, factor, y.start)
  }

  /// Gradient of ``softmax(_:classes:factor:into:)`` from its output y.
  public static func softmaxBackward(
    _ y: FloatView, _ dy: FloatView, classes: Int, factor: Float = 1, into dx: FloatView
  ) {
    let rows = rows(of: y, classes)
    _ = common(y, dy, dx)
    unsafe spk_softmax_backward(
      rows, Int64(classes), y.constant, dy.constant, factor, dx.start)
  }

  /// Gradient of ``logSoftmax(_:classes:factor:into:)`` from its output y.
  public static func logSoftmaxBackward(
    _ y: FloatView, _ dy: FloatView, classes: Int, factor: Float = 1, into dx: FloatView
  ) {
    let rows = rows(of: y, classes)
    _ = common(y, dy, dx)
    unsafe spk_log_softmax_backward(
      rows, Int64(classes), y.constant, dy.constant, factor, dx.start)
  }

  /// Cross entropy of softmax(factor · logits) against labels.
  ///
  /// The target is (1 - smoothing) at the label plus smoothing / classes everywhere (Szegedy et
  /// al. 2016).
  ///
  /// - Parameters:
  ///   - logits: [labels.count][classes].
  ///   - factor: what logits are multiplied by first; the gradient is by the logits before it.
  ///   - gradientScale: factor on the gradient, 1 / batch for the mean loss over a batch.
  ///   - gradient: result [rows][classes]; may be the same view as `logits`.
  ///   - losses: result, one loss per row.
  public static func crossEntropy(
    _ logits: FloatView, labels: IndexView, classes: Int, smoothing: Float = 0,
    factor: Float = 1, gradientScale: Float = 1, gradient: FloatView? = nil,
    losses: FloatView? = nil
  ) -> LossSum {
    checkLoss(logits, classes, labels.count, gradient, losses)
    for row in 0..<labels.count {
      precondition(
        labels[row] >= 0 && labels[row] < classes, "label \(labels[row]) of \(classes) classes")
    }
    var correct: Int64 = 0
    let loss = unsafe spk_cross_entropy(
      Int64(labels.count), Int64(classes), logits.constant, factor, labels.constant, nil,
      smoothing, gradientScale, gradient?.start, losses?.start, &correct)
    return LossSum(loss: loss, correct: Int(correct))
  }

  /// Cross entropy of softmax(factor · logits) against targets [rows][classes] of any
  /// non-negative weights; `correct` counts rows whose largest logit and largest target agree.
  public static func crossEntropy(
    _ logits: FloatView, targets: FloatView, classes: Int, factor: Float = 1,
    gradientScale: Float = 1, gradient: FloatView? = nil, losses: FloatView? = nil
  ) -> LossSum {
    let rows = Int(rows(of: targets, classes))
    checkLoss(logits, classes, rows, gradient, losses)
    var correct: Int64 = 0
    let loss = unsafe spk_cross_entropy(
      Int64(rows), Int64(classes), logits.constant, factor, nil, targets.constant, 0,
      gradientScale, gradient?.start, losses?.start, &correct)
    return LossSum(loss: loss, correct: Int(correct))
  }

  private static func checkLoss(
    _ logits: FloatView, _ classes: Int, _ rows: Int, _ gradient: FloatView?,
    _ losses: FloatView?
  ) {
    precondition(classes >= 1, "no classes")
    precondition(logits.count == rows * classes, "\(logits.count) logits in \(rows) rows")
    precondition(gradient.map { $0.count == logits.count } ?? true, "a gradient per logit")
    precondition(losses.map { $0.count == rows } ?? true, "a loss per row")
  }
}
