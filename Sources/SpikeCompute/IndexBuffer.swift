/// 32-bit integers for kernels: labels of a batch, winning taps of a maximum pool.
///
/// Shared memory with the same promise as ``FloatBuffer``: threads touch disjoint ranges.
@safe
public final class IndexBuffer: @unchecked Sendable {
  /// Number of integers.
  public let count: Int
  let start: UnsafeMutablePointer<Int32>

  /// Makes `count` zeros.
  public init(count: Int) {
    precondition(count >= 0, "a buffer cannot hold \(count) integers")
    self.count = count
    unsafe start = .allocate(capacity: max(count, 1))
    unsafe start.initialize(repeating: 0, count: max(count, 1))
  }

  /// Makes a buffer with the given values, each of which must fit 32 bits.
  public convenience init(_ values: some Collection<Int>) {
    self.init(count: values.count)
    for (index, value) in values.enumerated() { self[index] = value }
  }

  deinit { unsafe start.deallocate() }

  /// The integer at `index`, which must be inside the buffer.
  public subscript(index: Int) -> Int {
    get {
      precondition(index >= 0 && index < count, "index \(index) outside 0..<\(count)")
      return Int(unsafe start[index])
    }
    set {
      precondition(index >= 0 && index < count, "index \(index) outside 0..<\(count)")
      unsafe start[index] = Int32(newValue)
    }
  }

  /// A view of the integers in `range`, which must lie inside the buffer.
  public func view(_ range: Range<Int>) -> IndexView {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count, "range \(range) outside 0..<\(count)")
    return IndexView(buffer: self, offset: range.lowerBound, count: range.count)
  }

  /// A view of all integers.
  public var all: IndexView { IndexView(buffer: self, offset: 0, count: count) }
}

/// A range of an ``IndexBuffer``. Copies share the integers.
public struct IndexView: Sendable {
  /// The memory behind the view.
  public let buffer: IndexBuffer
  /// First integer of the view inside the buffer.
  public let offset: Int
  /// Number of integers.
  public let count: Int

  init(buffer: IndexBuffer, offset: Int, count: Int) {
    self.buffer = buffer
    self.offset = offset
    self.count = count
  }

  @unsafe var start: UnsafeMutablePointer<Int32> { unsafe buffer.start + offset }
  @unsafe var constant: UnsafePointer<Int32> { unsafe UnsafePointer(buffer.start + offset) }

  /// The integer at `index`, which must be inside the view.
  public subscript(index: Int) -> Int {
    get {
      precondition(index >= 0 && index < count, "index \(index) outside 0..<\(count)")
      return buffer[offset + index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count, "index \(index) outside 0..<\(count)")
      buffer[offset + index] = newValue
    }
  }

  /// Replaces the integers by `values`, which must be as many and each fit 32 bits.
  public func assign(_ values: [Int]) {
    precondition(values.count == count, "\(values.count) values for \(count) integers")
    for index in values.indices { self[index] = values[index] }
  }

  /// Copies the integers out.
  public func array() -> [Int] { (0..<count).map { self[$0] } }
}
