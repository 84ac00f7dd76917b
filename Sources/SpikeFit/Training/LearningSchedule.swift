import Foundation

/// Learning rate by step: a linear warm-up, then half a cosine.
struct LearningSchedule: Hashable, Sendable {
  let peak: Float
  let finalShare: Float
  let warmUp: Int
  let steps: Int

  init(_ learning: FitOptions.Learning, steps: Int) {
    peak = learning.rate
    finalShare = learning.finalShare
    warmUp = Int((Double(steps) * learning.warmUp).rounded())
    self.steps = steps
  }

  func rate(at step: Int) -> Float {
    if step < warmUp { return peak * Float(step + 1) / Float(warmUp) }
    let part = Double(step - warmUp) / Double(max(1, steps - warmUp))
    let cosine = Float(0.5 * (1 + cos(Double.pi * min(1, part))))
    return peak * (finalShare + (1 - finalShare) * cosine)
  }
}
