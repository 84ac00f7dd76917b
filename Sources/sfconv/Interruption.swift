import Foundation
import SpikePipeline
import Synchronization

/// Ctrl-C and SIGTERM as requests: the first one lets the run stop in good order and save, the second
/// one ends it at once.
enum Interruption {
  private static let flag = Atomic(false)

  /// Whether an end was asked for.
  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// From now on Ctrl-C is a request; a write beyond the file-size limit is an error, not a death.
  static func install() {
    _ = isRequested  // Made before the handler can run.
    signal(SIGXFSZ, SIG_IGN)
    RunContext.receive([SIGINT, SIGTERM])
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        if Interruption.flag.exchange(true, ordering: .relaxed) { _exit(128 + number) }
      }
    }
  }
}
