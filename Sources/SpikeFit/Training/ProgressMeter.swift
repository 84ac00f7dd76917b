import Foundation
import SpikeCompute
import SpikeEngine

/// Adds up what training steps report.
struct ProgressMeter: Codable {
  private var began = Date()
  /// Seconds before that: the run was continued.
  private var earlier = 0.0
  private var samples = 0
  private var loss = 0.0
  private var correct = 0
  private var seen = 0
  private var batches = 0
  private var spikeRate = 0.0
  /// Loss of the last report.
  private(set) var lastLoss = 0.0

  /// The time of the start is not kept, the time until now is.
  private enum CodingKeys: CodingKey {
    case earlier, samples, loss, correct, seen, batches, spikeRate, lastLoss
  }

  mutating func start() { began = Date() }

  /// Books the time until now, before the meter is stored.
  mutating func settle() {
    earlier = seconds
    began = Date()
  }

  mutating func add(_ result: StepResult, samples count: Int) {
    samples += count
    seen += count
    batches += 1
    loss += result.loss
    correct += result.correct
    let rates = result.rates.map(\.rate)
    spikeRate = rates.isEmpty ? 0 : rates.reduce(0, +) / Double(rates.count)
  }

  /// Seconds since the start.
  var seconds: Double { earlier + Date().timeIntervalSince(began) }
  /// Samples per second since the start.
  var samplesPerSecond: Double { Double(samples) / max(seconds, 1e-9) }

  mutating func report(
    step: Int, steps: Int, perEpoch: Int, epochs: Double, removed: Int, rate: Float,
    part: FitProgress.Part, validation: Double?
  ) -> FitProgress {
    lastLoss = loss / Double(max(1, batches))
    let report = FitProgress(
      phase: .training, epoch: (step - 1) / perEpoch, epochs: epochs, step: step, steps: steps,
      loss: lastLoss, accuracy: Double(correct) / Double(max(1, seen)),
      samplesPerSecond: samplesPerSecond,
      secondsLeft: seconds / Double(max(1, step)) * Double(steps - step), spikeRate: spikeRate,
      removedChannels: removed, isSnapped: part == .integers, learningRate: rate, part: part,
      validationAccuracy: validation)
    (loss, correct, seen, batches) = (0, 0, 0, 0)
    return report
  }
}

/// Whether numbers are still numbers.
enum DivergenceGuard {
  static func isFinite(_ values: [Float]) -> Bool { FitKernels.sumOfSquares(values).isFinite }
}
