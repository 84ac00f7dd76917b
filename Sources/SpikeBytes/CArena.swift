/// Memory for C structures that point at each other, built from Swift values: everything is freed
/// together when the arena goes.
///
/// The pointers that it returns are valid as long as the arena is; keep it alive with
/// `withExtendedLifetime`.
@safe
package final class CArena {
  private var blocks: [UnsafeMutableRawPointer] = unsafe []

  /// An arena that holds nothing yet.
  package init() {}

  deinit {
    unsafe blocks.forEach { unsafe $0.deallocate() }
  }

  /// A copy of `elements`; nil for none.
  @unsafe
  package func array<Element: BitwiseCopyable>(
    _ elements: [Element]
  ) -> UnsafeMutablePointer<Element>? {
    guard !elements.isEmpty else { return nil }
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
    unsafe memory.initialize(from: elements, count: elements.count)
    unsafe blocks.append(UnsafeMutableRawPointer(memory))
    return unsafe memory
  }

  /// A copy of one structure.
  @unsafe
  package func pointer<Element: BitwiseCopyable>(
    to element: Element
  ) -> UnsafeMutablePointer<Element>? {
    unsafe array([element])
  }

  /// Pointers to copies of `elements`, the form of a repeated message field; nil for none.
  @unsafe
  package func pointers<Element: BitwiseCopyable>(
    to elements: [Element]
  ) -> UnsafeMutablePointer<UnsafeMutablePointer<Element>?>? {
    unsafe array(elements.map { unsafe pointer(to: $0) })
  }

  /// A NUL-terminated copy of `text`.
  @unsafe
  package func text(_ text: String) -> UnsafeMutablePointer<CChar>? {
    unsafe array(text.utf8CString.map { $0 })
  }

  /// NUL-terminated copies of `texts`; nil for none.
  @unsafe
  package func texts(_ texts: [String]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    unsafe array(texts.map { unsafe text($0) })
  }
}
