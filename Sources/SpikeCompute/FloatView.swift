#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A range of a ``FloatBuffer``; what every kernel reads and writes. Copies share the floats.
public struct FloatView: Sendable {
  /// The memory behind the view.
  public let buffer: FloatBuffer
  /// First float of the view inside the buffer.
  public let offset: Int
  /// Number of floats.
  public let count: Int

  init(buffer: FloatBuffer, offset: Int, count: Int) {
    self.buffer = buffer
    self.offset = offset
    self.count = count
  }

  @unsafe var start: UnsafeMutablePointer<Float> { unsafe buffer.start + offset }
  @unsafe var constant: UnsafePointer<Float> { unsafe UnsafePointer(buffer.start + offset) }

  /// The float at `index`, which must be inside the view.
  public subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count, "index \(index) outside 0..<\(count)")
      return unsafe start[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count, "index \(index) outside 0..<\(count)")
      unsafe start[index] = newValue
    }
  }

  /// The part of this view in `range`.
  public func slice(_ range: Range<Int>) -> FloatView {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count, "range \(range) outside 0..<\(count)")
    return FloatView(buffer: buffer, offset: offset + range.lowerBound, count: range.count)
  }

  /// Copies the floats out.
  public func array() -> [Float] {
    unsafe [Float](unsafeUninitializedCapacity: count) { target, initialized in
      if let base = target.baseAddress {
        unsafe base.initialize(from: constant, count: count)
      }
      initialized = count
    }
  }

  /// Copies the floats into `values`, which must have as many elements.
  public func copy(into values: inout [Float]) {
    precondition(values.count == count, "\(values.count) values for \(count) floats")
    unsafe values.withUnsafeMutableBufferPointer { target in
      if let base = target.baseAddress { unsafe base.update(from: constant, count: count) }
    }
  }

  /// Replaces the floats by `values`, which must be as many.
  public func assign(_ values: [Float]) {
    precondition(values.count == count, "\(values.count) values for \(count) floats")
    unsafe values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { unsafe start.update(from: base, count: count) }
    }
  }

  /// Replaces the floats by the elements of `values` in `range`, which must be as many.
  public func assign(_ values: [Float], _ range: Range<Int>) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= values.count && range.count == count,
      "range \(range) of \(values.count) values for \(count) floats")
    unsafe values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress {
        unsafe start.update(from: base + range.lowerBound, count: count)
      }
    }
  }

  /// Replaces the floats by those of `other`, which must be as many; the two may overlap.
  public func assign(from other: FloatView) {
    precondition(other.count == count, "\(other.count) values for \(count) floats")
    unsafe memmove(start, other.start, count * MemoryLayout<Float>.stride)
  }

  /// Sets every float to `value`.
  public func fill(_ value: Float) { unsafe start.update(repeating: value, count: count) }

  /// Calls `body` with the floats, for reading in place.
  public func withSpan<Result>(_ body: (Span<Float>) -> Result) -> Result {
    body(unsafe Span(_unsafeStart: constant, count: count))
  }

  /// Calls `body` with the memory of the floats: what goes to another process, or comes from it.
  package func withBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) -> Result) -> Result {
    unsafe body(
      UnsafeMutableRawBufferPointer(
        start: start, count: count * MemoryLayout<Float>.stride))
  }
}
