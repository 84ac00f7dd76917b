/// Mutable 32-bit integers at a fixed address, zero at first: maps and weights of the simulator.
///
/// One thread at a time may write; any number may read a buffer that nobody writes.
@safe
public final class IntegerBuffer: @unchecked Sendable {
  /// Number of elements.
  public let count: Int
  let start: UnsafeMutablePointer<Int32>

  /// Makes `count` zeros.
  public init(count: Int) {
    precondition(count >= 0, "a buffer cannot have \(count) elements")
    self.count = count
    unsafe start = .allocate(capacity: max(count, 1))
    unsafe start.initialize(repeating: 0, count: max(count, 1))
  }

  /// Makes a copy of `values`.
  public convenience init(_ values: [Int32]) {
    self.init(count: values.count)
    assign(values)
  }

  deinit { unsafe start.deallocate() }

  /// One element; the index is checked.
  public subscript(index: Int) -> Int32 {
    get {
      precondition(index >= 0 && index < count, "index outside the buffer")
      return unsafe start[index]
    }
    set {
      precondition(index >= 0 && index < count, "index outside the buffer")
      unsafe start[index] = newValue
    }
  }

  /// Sets every element.
  public func fill(_ value: Int32) { unsafe start.update(repeating: value, count: count) }

  /// Copies `values`, which must be as many as there are elements.
  public func assign(_ values: [Int32]) {
    precondition(values.count == count, "\(values.count) values for \(count) elements")
    unsafe values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { unsafe start.update(from: base, count: count) }
    }
  }

  /// Copies another buffer of the same size.
  public func assign(_ other: IntegerBuffer) {
    precondition(other.count == count, "\(other.count) values for \(count) elements")
    unsafe start.update(from: other.start, count: count)
  }

  /// A copy of the elements.
  public func array() -> [Int32] {
    unsafe Array(UnsafeBufferPointer(start: start, count: count))
  }
}
