import Foundation
import SpikePipeline
import Synchronization

/// One line on standard error that is rewritten in place: share, rate, time left, figures.
///
/// Silent where standard error is not a terminal.
final class ProgressLine: Sendable {
  private struct State {
    var activity = ""
    var start = ContinuousClock.now
    var firstDone = 0
    var lastShown = ContinuousClock.now - .seconds(1)
    var width = 0
  }

  private let isEnabled: Bool
  private let state = Mutex(State())

  init(isEnabled: Bool) { self.isEnabled = isEnabled && isatty(STDERR_FILENO) == 1 }

  /// Shows an event, at most ten times a second; the last step always.
  func show(_ event: ProgressEvent) {
    guard isEnabled else { return }
    state.withLock { state in
      let now = ContinuousClock.now
      if event.activity != state.activity {
        state.activity = event.activity
        state.start = now
        state.firstDone = event.done
      }
      let isLast = event.done >= event.total
      guard isLast || now - state.lastShown > .milliseconds(100) else { return }
      state.lastShown = now
      let text = line(event, elapsed: now - state.start, since: state.firstDone)
      let padding = String(repeating: " ", count: max(0, state.width - text.count))
      state.width = isLast ? 0 : text.count
      FileHandle.standardError.write(Data("\r\(text)\(padding)\(isLast ? "\n" : "")".utf8))
    }
  }

  private func line(_ event: ProgressEvent, elapsed: Duration, since first: Int) -> String {
    let seconds =
      Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    let steps = event.done - first
    var parts = ["\(event.activity) \(event.done * 100 / max(1, event.total)) %"]
    if seconds > 0.3, steps > 0 {
      let rate = Double(steps) / seconds
      let left = Int((Double(event.total - event.done) / rate).rounded(.up))
      parts.append("\(Int(rate)) \(event.unit)/s")
      parts.append(left >= 60 ? "\(left / 60) min \(left % 60) s left" : "\(left) s left")
    }
    if !event.detail.isEmpty { parts.append(event.detail) }
    return parts.joined(separator: ", ")
  }
}
