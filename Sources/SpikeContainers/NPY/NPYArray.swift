public import SpikeDiagnostics

/// One array of a `.npy` file (NumPy Enhancement Proposal 1, format versions 1 to 3).
public struct NPYArray: Sendable {
  /// Kind of the elements.
  public enum Element: String, Hashable, Sendable, CaseIterable {
    case uint8 = "u1"
    case uint16 = "u2"
    case uint32 = "u4"
    case uint64 = "u8"
    case int8 = "i1"
    case int16 = "i2"
    case int32 = "i4"
    case int64 = "i8"
    case float32 = "f4"
    case float64 = "f8"
    case bool = "b1"

    /// Bytes of one element.
    public var byteCount: Int { Int(rawValue.dropFirst()) ?? 1 }
    /// Whether the elements are floating-point numbers.
    public var isFloat: Bool { rawValue.hasPrefix("f") }
  }

  /// Sizes, outermost first.
  public let shape: [Int]
  /// Kind of the elements.
  public let element: Element
  /// The elements in row-major order; big-endian files are turned round when read.
  public let bytes: [UInt8]

  /// Number of elements.
  public var count: Int { bytes.count / element.byteCount }

  /// Reads the bytes of a `.npy` file.
  ///
  /// - Throws: `npy.bad-magic`, `npy.bad-header`, `npy.unsupported` (structured, object, complex
  ///   types and column-major order), `npy.size-mismatch`.
  /// - Complexity: O(bytes).
  public init(_ file: [UInt8]) throws(NPYError) {
    let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    guard file.count >= 12, Array(file[0..<6]) == magic else {
      throw NPYError(
        .badMagic, "This is not a NumPy array: it does not start with \\x93NUMPY.",
        fix: "write it with numpy.save or numpy.savez")
    }
    guard (1...3).contains(file[6]) else {
      throw NPYError(.unsupported, "The array has format version \(file[6]); read are 1 to 3.")
    }
    let lengthSize = file[6] == 1 ? 2 : 4
    let headerStart = 8 + lengthSize
    let headerSize = (0..<lengthSize).reduce(0) { $0 | Int(file[8 + $1]) << (8 * $1) }
    guard headerSize <= file.count - headerStart, headerSize <= 1 << 16 else {
      throw NPYError(
        .badHeader, "The header claims \(headerSize) bytes; \(file.count - headerStart) are there.",
        fix: "get a fresh copy of the file")
    }
    let dataStart = headerStart + headerSize
    let header = try NPYHeader(String(decoding: file[headerStart..<dataStart], as: UTF8.self))
    guard let element = Element(rawValue: String(header.type.dropFirst())),
      let order = header.type.first, "<>|=".contains(order)
    else {
      throw NPYError(
        .unsupported,
        "The array has elements of type '\(header.type)'; read are unsigned and "
          + "signed integers of 8 to 64 bits, float32, float64 and bool.",
        fix: "convert it, for example with x.astype('float32')")
    }
    guard !header.isFortranOrder || header.shape.count < 2 else {
      throw NPYError(
        .unsupported, "The array is stored column by column (Fortran order).",
        fix: "save numpy.ascontiguousarray(x)")
    }
    // Every product counts, also one that a size of 0 behind it would hide.
    var byteCount = element.byteCount
    for size in header.shape where size != 0 {
      let (product, overflow) = byteCount.multipliedReportingOverflow(by: size)
      guard !overflow else {
        throw NPYError(
          .sizeMismatch, "The shape \(header.shape) has more elements than 64 bits can count.",
          fix: "write it with numpy.save or numpy.savez")
      }
      byteCount = product
    }
    if header.shape.contains(0) { byteCount = 0 }
    guard byteCount == file.count - dataStart else {
      throw NPYError(
        .sizeMismatch,
        "An array of shape \(header.shape) and type \(element) has \(byteCount) "
          + "bytes; \(file.count - dataStart) are there.", fix: "get a fresh copy of the file")
    }
    shape = header.shape
    self.element = element
    bytes = NPYArray.littleEndian(
      Array(file[dataStart...]), element.byteCount, swaps: order == ">")
  }

  /// The elements as float32.
  /// - Complexity: O(count).
  public func floats() -> [Float] {
    switch element {
    case .float32: unsafe elements(UInt32.self) { Float(bitPattern: UInt32(littleEndian: $0)) }
    case .float64:
      unsafe elements(UInt64.self) { Float(Double(bitPattern: UInt64(littleEndian: $0))) }
    default: integers().map { Float($0) }
    }
  }

  /// The elements as integers; nil for a float with a fraction or outside of 64 bits.
  /// - Complexity: O(count).
  public func exactIntegers() -> [Int]? {
    guard element.isFloat else { return integers() }
    var result: [Int] = []
    result.reserveCapacity(count)
    for value in floats() {
      guard let integer = Int(exactly: value) else { return nil }
      result.append(integer)
    }
    return result
  }

  private func integers() -> [Int] {
    switch element {
    case .uint8: bytes.map { Int($0) }
    case .bool: bytes.map { $0 == 0 ? 0 : 1 }
    case .int8: bytes.map { Int(Int8(bitPattern: $0)) }
    case .uint16: unsafe elements(UInt16.self) { Int(UInt16(littleEndian: $0)) }
    case .int16: unsafe elements(Int16.self) { Int(Int16(littleEndian: $0)) }
    case .uint32: unsafe elements(UInt32.self) { Int(UInt32(littleEndian: $0)) }
    case .int32: unsafe elements(Int32.self) { Int(Int32(littleEndian: $0)) }
    case .uint64: unsafe elements(UInt64.self) { Int(clamping: UInt64(littleEndian: $0)) }
    case .int64: unsafe elements(Int64.self) { Int(Int64(littleEndian: $0)) }
    case .float32, .float64: []
    }
  }

  @unsafe
  private func elements<Stored, Result>(
    _ type: Stored.Type, _ transform: (Stored) -> Result
  ) -> [Result] {
    unsafe bytes.withUnsafeBytes { buffer in
      (0..<count).map {
        unsafe transform(
          buffer.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Stored>.size, as: type))
      }
    }
  }

  private static func littleEndian(_ bytes: [UInt8], _ size: Int, swaps: Bool) -> [UInt8] {
    guard swaps, size > 1 else { return bytes }
    var result = bytes
    for start in stride(from: 0, to: bytes.count, by: size) {
      for index in 0..<size { result[start + index] = bytes[start + size - 1 - index] }
    }
    return result
  }
}
