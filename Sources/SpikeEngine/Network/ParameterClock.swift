import Synchronization

/// Counts the calls into a network. During a call no parameter changes, so what a layer derived
/// from its weights stays good until the clock shows another time.
final class ParameterClock: Sendable {
  private let calls = Atomic<Int>(1)

  /// A call begins.
  func advance() { calls.wrappingAdd(1, ordering: .relaxed) }

  /// The current call; never 0.
  var now: Int { calls.load(ordering: .relaxed) }
}
