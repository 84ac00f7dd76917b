import Dispatch
import Foundation
import Synchronization

/// Ctrl-C as a request: the first one lets the run stop in good order, the second one kills it.
final class Interruption: Sendable {
  private let flag = Atomic(false)
  private let source: any DispatchSourceSignal

  init() {
    signal(SIGINT, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler { [weak self] in
      guard let self else { return }
      if self.flag.exchange(true, ordering: .relaxed) { exit(130) }
      Diagnostics.print(
        "\ninterrupted: finishing the current step and saving; Ctrl-C again to stop at once")
    }
    source.resume()
  }

  /// Whether Ctrl-C was pressed.
  var isRequested: Bool { flag.load(ordering: .relaxed) }
}
