import Foundation
import Synchronization

/// Ctrl-C as a request: the first one lets the run stop in good order and save, the second one ends
/// it at once.
enum Interruption {
  private static let flag = Atomic(false)

  /// Whether Ctrl-C was pressed.
  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// From now on Ctrl-C is a request; a write beyond the file-size limit is an error, not a death.
  static func install() {
    _ = isRequested  // Made before the handler can run.
    signal(SIGXFSZ, SIG_IGN)
    signal(SIGINT) { _ in
      if Interruption.flag.exchange(true, ordering: .relaxed) { _exit(130) }
    }
  }
}
