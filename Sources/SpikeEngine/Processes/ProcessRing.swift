public import SpikeCompute

/// Processes that train one network together, in a ring: each sends to the next one and receives
/// from the one before it, the first one from the last.
///
/// A ring is all that a fold in a fixed order needs (``ProcessRing/fold(_:incoming:chunk:_:)``), and
/// messages between two processes arrive in the order in which they were sent. All processes make
/// the same calls in the same order.
///
/// A process that has left does not make others wait for ever: after a moment the ring is broken for
/// them. Then sends do nothing, what is received is zeros, and nothing waits. Who works with a ring asks
/// ``isBroken`` before it believes what came.
public protocol ProcessRing: Sendable {
  /// Place of this process, from 0.
  var rank: Int { get }
  /// Number of processes, 1 or more.
  var count: Int { get }
  /// Whether this process has waited in vain for one that has left.
  var isBroken: Bool { get }

  /// Sends floats to the next process, without waiting. They must stay as they are until ``flush()``.
  func send(_ floats: FloatView)
  /// Waits for floats from the process before this one.
  func receive(into floats: FloatView)
  /// Sends bytes to the next process, without waiting.
  func send(_ bytes: [UInt8])
  /// Waits for so many bytes from the process before this one.
  func receive(count: Int) -> [UInt8]
  /// Waits until everything that was sent may change.
  func flush()
}

/// A process of its own: the ring of one.
public struct OneProcess: ProcessRing {
  /// Makes the ring.
  public init() {}

  /// 0.
  public var rank: Int { 0 }
  /// 1.
  public var count: Int { 1 }
  /// Never.
  public var isBroken: Bool { false }

  /// There is nobody to send to.
  public func send(_ floats: FloatView) { preconditionFailure("a single process sends nothing") }
  /// There is nobody to receive from.
  public func receive(into floats: FloatView) {
    preconditionFailure("a single process receives nothing")
  }
  /// There is nobody to send to.
  public func send(_ bytes: [UInt8]) { preconditionFailure("a single process sends nothing") }
  /// There is nobody to receive from.
  public func receive(count: Int) -> [UInt8] {
    preconditionFailure("a single process receives nothing")
  }
  /// Nothing was sent.
  public func flush() {}
}
