import CSpikeProtobuf
package import SpikeBytes

/// Numbers as protobuf packs them, read straight from a mapped file.
package enum PackedNumbers {
  /// How floating-point numbers are stored.
  package enum FloatKind: Sendable {
    case float32, float64, float16, bfloat16

    /// Bytes of one number.
    package var byteCount: Int {
      switch self {
      case .float16, .bfloat16: 2
      case .float32: 4
      case .float64: 8
      }
    }
  }

  /// The varints in `range` of the file, or nil where the bytes are none or are not `count` many.
  /// - Complexity: O(bytes); memory only once the count is known to be right.
  package static func varints(in file: MappedFile, range: Range<Int>, count: Int) -> [Int64]? {
    precondition(range.lowerBound >= 0 && range.upperBound <= file.count, "range outside the file")
    return unsafe file.withUnsafeBytes { bytes in
      let slice = unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
        .assumingMemoryBound(to: UInt8.self)
      guard unsafe sf_pb_count_varints(slice.baseAddress, slice.count) == count else { return nil }
      return unsafe [Int64](unsafeUninitializedCapacity: count) { target, initialized in
        unsafe sf_pb_read_varints(slice.baseAddress, slice.count, target.baseAddress, count)
        initialized = count
      }
    }
  }

  /// How many of `count` numbers at `offset` of the file are NaN or infinite.
  /// - Complexity: O(count), at memory speed.
  package static func nonFiniteCount(
    in file: MappedFile, at offset: Int, count: Int, kind: FloatKind
  ) -> Int {
    precondition(
      offset >= 0 && count >= 0 && offset + count * kind.byteCount <= file.count,
      "numbers outside the file")
    guard count > 0 else { return 0 }
    let code: sf_pb_float
    switch kind {
    case .float32: code = SF_PB_FLOAT32
    case .float64: code = SF_PB_FLOAT64
    case .float16: code = SF_PB_FLOAT16
    case .bfloat16: code = SF_PB_BFLOAT16
    }
    return unsafe file.withUnsafeBytes { bytes in
      unsafe sf_pb_count_nonfinite(
        bytes.baseAddress?.advanced(by: offset).assumingMemoryBound(to: UInt8.self), count, code)
    }
  }
}
