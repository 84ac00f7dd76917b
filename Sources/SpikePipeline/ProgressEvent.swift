import SpikeBytes
public import SpikeEngine

/// A sign of life from long work, for a progress line.
public struct ProgressEvent: Sendable {
  /// What is going on, for example `fit`.
  public var activity: String
  /// Steps done so far.
  public var done: Int
  /// Steps in all.
  public var total: Int
  /// What a step is, for example `images`.
  public var unit: String
  /// Figures of the moment, ready to print, for example `loss 0.31, accuracy 91.2 %`.
  public var detail: String

  /// Makes an event.
  public init(activity: String, done: Int, total: Int, unit: String, detail: String = "") {
    self.activity = activity
    self.done = done
    self.total = total
    self.unit = unit
    self.detail = detail
  }
}

/// How a run talks to its surroundings: threads, processes, progress, cancellation.
public struct RunContext: Sendable {
  /// Number of threads; results do not depend on it.
  public var threads: Int
  /// Called now and then during long work, from the calling thread.
  public var progress: @Sendable (ProgressEvent) -> Void
  /// Asked between steps; true stops the work and keeps what there is.
  public var isCancelled: @Sendable () -> Bool

  /// Lets signals through to this process that its parent left blocked.
  public static func receive(_ signals: [Int32]) { SignalMask.unblock(signals) }

  /// Processes that fit together, for ``Pipeline/fit(_:)``.
  public var processes: any ProcessRing = OneProcess()

  /// Makes a context.
  public init(
    threads: Int, progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    self.threads = threads
    self.progress = progress
    self.isCancelled = isCancelled
  }
}
