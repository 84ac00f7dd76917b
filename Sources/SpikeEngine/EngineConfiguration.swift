import Foundation
public import SpikeCompute
import SpikeDiagnostics

/// The derivative that stands in for that of the spike function in training.
public typealias Surrogate = SpikeCompute.Surrogate

/// How a network is run.
public struct EngineConfiguration: Hashable, Sendable {
  /// Time steps per inference (the window). Networks without neurons always take one.
  public var timeSteps: Int
  /// Whether a sample has an input of its own for every step, `[T][…]`, as events have, instead of
  /// one for all steps (direct coding).
  public var inputPerStep: Bool
  /// Samples of one training step, and the unit in which inference cuts its work.
  public var batch: Int
  /// Parts into which a batch is cut. Results depend on it in training (order of sums), never on
  /// the number of threads.
  public var shards: Int
  /// Threads that work on the parts.
  public var threads: Int
  /// Whether ``Network/step(_:labels:count:loss:)`` will be called: makes room for gradients and
  /// lets batch normalisation use the statistics of the data instead of the stored ones.
  public var training: Bool
  /// Derivative of the spike function.
  public var surrogate: Surrogate
  /// Whether gradients pass by the reset, the usual choice, instead of through it.
  public var resetGradientDetached: Bool
  /// Bytes of memory for activations that one thread should not exceed; a part of a batch that
  /// needs more is worked on in pieces. One sample always runs.
  public var memoryLimit: Int

  /// Makes a configuration.
  public init(
    timeSteps: Int = 1, inputPerStep: Bool = false, batch: Int = 64, shards: Int = 8,
    threads: Int = availableThreads,
    training: Bool = false, surrogate: Surrogate = .atan(alpha: 2),
    resetGradientDetached: Bool = true, memoryLimit: Int = 96 << 20
  ) {
    self.timeSteps = timeSteps
    self.inputPerStep = inputPerStep
    self.batch = batch
    self.shards = shards
    self.threads = threads
    self.training = training
    self.surrogate = surrogate
    self.resetGradientDetached = resetGradientDetached
    self.memoryLimit = memoryLimit
  }

  /// Number of processors that this process may use.
  public static var availableThreads: Int { ProcessInfo.processInfo.activeProcessorCount }

  func checked() throws(EngineError) -> EngineConfiguration {
    let limits: [(String, Int, ClosedRange<Int>)] = [
      ("timeSteps", timeSteps, 1...65_536), ("batch", batch, 1...1_048_576),
      ("shards", shards, 1...4_096), ("threads", threads, 1...4_096),
      ("memoryLimit", memoryLimit, 1...(1 << 46)),
    ]
    for (name, value, range) in limits where !range.contains(value) {
      throw EngineError(
        .invalidConfiguration,
        "The engine option '\(name)' is \(value); allowed is \(range.lowerBound) to "
          + "\(range.upperBound).", fix: "choose a value in that range")
    }
    return self
  }
}
