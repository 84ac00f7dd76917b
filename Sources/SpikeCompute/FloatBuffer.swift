#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Floats in one piece of memory at a 64-byte boundary, zero at first.
///
/// A buffer is shared memory: all views of it see the same floats. It may be used from several
/// threads when they touch disjoint ranges, or only read; that promise is the caller's.
@safe
public final class FloatBuffer: @unchecked Sendable {
  /// Number of floats.
  public let count: Int
  let start: UnsafeMutablePointer<Float>

  /// Makes `count` zeros.
  public init(count: Int) {
    precondition(count >= 0, "a buffer cannot hold \(count) floats")
    let size = (max(count, 1) * MemoryLayout<Float>.stride + 63) / 64 * 64
    guard let bytes = unsafe aligned_alloc(64, size) else {
      preconditionFailure("no memory for a buffer of \(count) floats")
    }
    unsafe memset(bytes, 0, size)
    self.count = count
    unsafe start = bytes.bindMemory(to: Float.self, capacity: max(count, 1))
  }

  /// Makes a buffer with the given values.
  public convenience init(_ values: [Float]) {
    self.init(count: values.count)
    all.assign(values)
  }

  deinit { unsafe free(start) }

  /// The float at `index`, which must be inside the buffer.
  public subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count, "index \(index) outside 0..<\(count)")
      return unsafe start[index]
    }
    set {
      precondition(index >= 0 && index < count, "index \(index) outside 0..<\(count)")
      unsafe start[index] = newValue
    }
  }

  /// A view of the floats in `range`, which must lie inside the buffer.
  public func view(_ range: Range<Int>) -> FloatView {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count, "range \(range) outside 0..<\(count)")
    return FloatView(buffer: self, offset: range.lowerBound, count: range.count)
  }

  /// A view of all floats.
  public var all: FloatView { FloatView(buffer: self, offset: 0, count: count) }
}
