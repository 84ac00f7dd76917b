import Foundation

/// Keeps the state of a run when it is time.
struct CheckpointClock {
  let options: FitCheckpoint
  let run: RunFingerprint
  let startAccuracy: Double?
  private var last = Date()

  init(_ options: FitCheckpoint, _ run: RunFingerprint, startAccuracy: Double?) {
    self.options = options
    self.run = run
    self.startAccuracy = startAccuracy
  }

  /// Writes the state if enough steps or seconds have gone by, or if there will be no other chance.
  mutating func tick(
    _ state: () -> RunState, step: Int, isLast: Bool
  ) throws(FitError) {
    let isDue =
      options.everySteps.map { step % $0 == 0 }
      ?? (Date().timeIntervalSince(last) >= options.everySeconds)
    guard isDue || isLast else { return }
    try CheckpointFile.write(state(), startAccuracy: startAccuracy, of: run, to: options.path)
    last = Date()
  }
}
