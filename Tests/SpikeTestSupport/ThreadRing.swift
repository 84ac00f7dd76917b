import Foundation
public import SpikeCompute
public import SpikeEngine
import Synchronization

/// A ring of processes made of threads: what the engine and the fitter do in several processes, in
/// one.
///
/// Floats are not copied when they are sent but when they are received, so that a sender that changes
/// them before ``flush()`` is found out.
public struct ThreadRing: ProcessRing {
  /// Place in the ring.
  public let rank: Int
  /// Number of members.
  public var count: Int { links.count }
  private let links: [Link]
  private let broken = Flag()

  /// Whether a member has given up.
  private final class Flag: Sendable {
    let isSet = Atomic(false)
  }

  /// The messages from one member to the next.
  private final class Link: @unchecked Sendable {
    enum Message {
      case floats(FloatView)
      case bytes([UInt8])
    }
    let condition = NSCondition()
    var messages: [Message] = []
    /// Until when a message may still come, once a member has left with an error or one of the ends
    /// is done.
    var limit: Date?

    /// Waits until there are messages or none; false if a member has left and nothing happened.
    func wait(_ isDone: () -> Bool) -> Bool {
      while !isDone() {
        if let limit {
          if Date() > limit { return false }
          _ = condition.wait(until: limit)
        } else {
          condition.wait()
        }
      }
      return true
    }
  }

  /// Runs `body` once for each member, on threads of their own.
  ///
  /// A member that throws, or returns while others still wait for it, breaks the ring for them, a
  /// moment later.
  /// - Parameter grace: seconds of that moment. A loaded machine may need many until a message comes.
  /// - Returns: what the members made, in their order.
  public static func run<Value: Sendable>(
    _ count: Int, grace: Double = 120, _ body: @escaping @Sendable (ThreadRing) throws -> Value
  ) -> [Result<Value, any Error>] {
    let links = (0..<count).map { _ in Link() }
    let results = Mutex<[Int: Result<Value, any Error>]>([:])
    let group = DispatchGroup()
    for rank in 0..<count {
      group.enter()
      let thread = Thread {
        let ring = ThreadRing(rank: rank, links: links)
        let result = Result { try body(ring) }
        results.withLock { $0[rank] = result }
        let isFailure = (try? result.get()) == nil
        ring.leave(isFailure ? links : [ring.outgoing, ring.incoming], grace: grace)
        group.leave()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    group.wait()
    return results.withLock { found in (0..<count).compactMap { found[$0] } }
  }

  private init(rank: Int, links: [Link]) {
    self.rank = rank
    self.links = links
  }

  private var outgoing: Link { links[rank] }
  private var incoming: Link { links[(rank + count - 1) % count] }

  /// From now on nobody waits long for messages of these links.
  private func leave(_ links: [Link], grace: Double) {
    for link in links {
      link.condition.withLock {
        link.limit = link.limit ?? Date() + grace
        link.condition.broadcast()
      }
    }
  }

  /// Whether this member has given up waiting.
  public var isBroken: Bool { broken.isSet.load(ordering: .relaxed) }

  /// Sends floats to the next member.
  public func send(_ floats: FloatView) { put(.floats(floats)) }

  /// Sends bytes to the next member.
  public func send(_ bytes: [UInt8]) { put(.bytes(bytes)) }

  private func put(_ message: Link.Message) {
    guard !isBroken else { return }
    outgoing.condition.withLock {
      outgoing.messages.append(message)
      outgoing.condition.broadcast()
    }
  }

  /// Waits for floats.
  public func receive(into floats: FloatView) {
    let isThere = take { message in
      guard case .floats(let found) = message else {
        preconditionFailure("bytes came where floats were expected")
      }
      floats.assign(from: found)
    }
    if !isThere { floats.fill(0) }
  }

  /// Waits for bytes.
  public func receive(count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    take { message in
      guard case .bytes(let found) = message, found.count == count else {
        preconditionFailure("\(message) came where \(count) bytes were expected")
      }
      bytes = found
    }
    return bytes
  }

  @discardableResult
  private func take(_ body: (Link.Message) -> Void) -> Bool {
    guard !isBroken else { return false }
    let link = incoming
    let isThere = link.condition.withLock {
      guard link.wait({ !link.messages.isEmpty }) else { return false }
      body(link.messages[0])
      link.messages.removeFirst()
      link.condition.broadcast()
      return true
    }
    if !isThere { broken.isSet.store(true, ordering: .relaxed) }
    return isThere
  }

  /// Waits until the next member has read everything.
  public func flush() {
    guard !isBroken else { return }
    let link = outgoing
    let isEmpty = link.condition.withLock { link.wait { link.messages.isEmpty } }
    if !isEmpty { broken.isSet.store(true, ordering: .relaxed) }
  }
}
