import SpikeCompute

/// Labels of a batch and, with distillation, the logits of its teacher, in memory that serves one
/// batch after the other.
struct LossTargets: Sendable {
  let classes: Int
  private var labels = IndexBuffer(count: 0)
  private var teacher = FloatBuffer(count: 0)
  private var hasTeacher = false

  init(classes: Int) { self.classes = classes }

  /// Takes the targets of the next batch. A teacher has a logit for each class of each label.
  mutating func set(_ newLabels: [Int], teacher newTeacher: [Float]?) {
    let count = newLabels.count
    if labels.count < count { labels = IndexBuffer(count: count) }
    labels.view(0..<count).assign(newLabels)
    hasTeacher = newTeacher != nil
    guard let newTeacher else { return }
    if teacher.count < newTeacher.count { teacher = FloatBuffer(count: newTeacher.count) }
    teacher.view(0..<newTeacher.count).assign(newTeacher)
  }

  /// The labels of some samples.
  func labels(of samples: Range<Int>) -> IndexView { labels.view(samples) }

  /// The teacher's logits of some samples.
  func teacher(of samples: Range<Int>) -> FloatView? {
    hasTeacher
      ? teacher.view(samples.lowerBound * classes..<samples.upperBound * classes) : nil
  }
}

extension Network {
  /// Takes the loss of a program's logits and writes its gradient.
  /// - Parameter count: samples of the whole batch, over which the mean is taken.
  func seed(
    _ program: Program, _ targets: LossTargets, _ samples: Range<Int>, _ options: LossOptions,
    _ count: Int
  ) -> LossSum {
    let steps = program.plan.steps(of: plan.logits)
    let gradient = program.logitGradient
    let labels = targets.labels(of: samples)
    let width = gradient.count / steps
    if options.isPerStep, steps > 1 {
      return seedSteps(program, targets, samples, options, count)
    }
    let last = steps - 1
    if last > 0 { gradient.slice(0..<last * width).fill(0) }
    let logits = program.value(plan.logits, step: last)
    let lastGradient = gradient.slice(last * width..<(last + 1) * width)
    let factor = options.logitScale / Float(timeSteps)
    guard let teacher = targets.teacher(of: samples), options.teacherShare > 0 else {
      return Kernels.crossEntropy(
        logits, labels: labels, classes: targets.classes, smoothing: options.labelSmoothing,
        factor: factor, gradientScale: 1 / Float(count), gradient: lastGradient)
    }
    return Kernels.taughtLoss(
      logits, labels: labels, teacher: teacher, classes: targets.classes,
      options: taught(options, factor: factor), gradientScale: 1 / Float(count),
      gradient: lastGradient)
  }

  /// The loss of every step by itself. What reaches the read-out in step t is V_t - V_{t-1}, so
  /// the gradient by V_t is g_t - g_{t+1}.
  private func seedSteps(
    _ program: Program, _ targets: LossTargets, _ samples: Range<Int>, _ options: LossOptions,
    _ count: Int
  ) -> LossSum {
    let steps = program.plan.steps(of: plan.logits)
    let gradient = program.logitGradient
    let labels = targets.labels(of: samples)
    let width = gradient.count / steps
    var parts = taught(options, factor: options.logitScale)
    parts.crossWeight = 1 - options.squareShare
    parts.squareWeight = options.squareShare
    parts.squareTarget = 1
    var result = LossSum(
      loss: 0,
      correct: Kernels.taughtLoss(
        program.value(plan.logits, step: steps - 1), labels: labels, teacher: nil,
        classes: targets.classes, options: parts
      ).correct)
    for step in 0..<steps {
      let place = gradient.slice(step * width..<(step + 1) * width)
      place.assign(from: program.value(plan.logits, step: step))
      if step > 0 { Kernels.axpy(-1, program.value(plan.logits, step: step - 1), into: place) }
      result.loss +=
        Kernels.taughtLoss(
          place, labels: labels, teacher: targets.teacher(of: samples), classes: targets.classes,
          options: parts, gradientScale: 1 / Float(count * steps), gradient: place
        ).loss / Double(steps)
    }
    for step in 0..<steps - 1 {
      Kernels.axpy(
        -1, gradient.slice((step + 1) * width..<(step + 2) * width),
        into: gradient.slice(step * width..<(step + 1) * width))
    }
    return result
  }

  private func taught(_ options: LossOptions, factor: Float) -> TaughtLoss {
    TaughtLoss(
      factor: factor, smoothing: options.labelSmoothing, teacherShare: options.teacherShare,
      teacherFactor: options.teacherScale, temperature: options.temperature)
  }
}
