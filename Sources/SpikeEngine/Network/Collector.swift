import Synchronization

/// Results of pieces that finish in any order, read in the order of the pieces.
final class Collector<Element: Sendable>: Sendable {
  private let elements: Mutex<[Element?]>

  init(count: Int) { elements = Mutex(Array(repeating: nil, count: count)) }

  /// Keeps the result of a piece.
  func set(_ element: Element, at index: Int) { elements.withLock { $0[index] = element } }

  /// All results, in order.
  var all: [Element] { elements.withLock { $0.compactMap(\.self) } }
}
