#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Which signals reach this process.
package enum SignalMask {
  /// Lets signals through that the parent process left blocked: masks are inherited, and some
  /// launchers block everything.
  package static func unblock(_ numbers: [Int32]) {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for number in numbers { unsafe sigaddset(&set, number) }
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }
}
