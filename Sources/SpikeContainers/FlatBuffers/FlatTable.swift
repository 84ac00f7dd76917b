import SpikeBytes
public import SpikeDiagnostics

/// A table of a FlatBuffer: fields by their number in the schema.
public struct FlatTable: Sendable {
  private let buffer: FlatBuffer
  /// Where the table begins in the file.
  public let position: Int
  private let vtable: Int
  private let vtableSize: Int
  private let size: Int

  /// The table at a place.
  /// - Throws: `flatbuffers.truncated`, `flatbuffers.malformed`.
  init(_ buffer: FlatBuffer, at position: Int) throws(FlatBufferError) {
    self.buffer = buffer
    self.position = position
    vtable = position - Int(try buffer.number(Int32.self, at: position))
    vtableSize = Int(try buffer.number(UInt16.self, at: vtable))
    size = Int(try buffer.number(UInt16.self, at: vtable + 2))
    guard vtableSize >= 4, vtableSize % 2 == 0, size >= 4 else {
      throw FlatBufferError(
        .malformed,
        "The table at byte \(position) has a list of \(vtableSize) bytes for \(size) bytes of fields.",
        at: Location(byteOffset: position), fix: FlatBuffer.getAgain)
    }
    try buffer.check(vtable, vtableSize)
    try buffer.check(position, size)
  }

  /// Whether a field is there.
  public func has(_ field: Int) throws(FlatBufferError) -> Bool { try place(field, 1) != nil }

  /// A number, or what the schema says for a field that is left out.
  /// - Throws: `flatbuffers.malformed`.
  public func number<Number: FixedWidthInteger>(
    _ field: Int, default value: Number
  ) throws(FlatBufferError) -> Number {
    guard let place = try place(field, MemoryLayout<Number>.size) else { return value }
    return try buffer.number(Number.self, at: place)
  }

  /// A float32.
  public func float(_ field: Int, default value: Float) throws(FlatBufferError) -> Float {
    Float(bitPattern: try number(field, default: value.bitPattern))
  }

  /// A table; nil where it is left out.
  public func table(_ field: Int) throws(FlatBufferError) -> FlatTable? {
    guard let place = try place(field, 4) else { return nil }
    return try FlatTable(buffer, at: try buffer.target(of: place))
  }

  /// A text; nil where it is left out. Bytes that are no UTF-8 are replaced.
  public func text(_ field: Int) throws(FlatBufferError) -> String? {
    guard let range = try bytes(field, of: 1) else { return nil }
    return String(decoding: buffer.file.bytes(in: range), as: UTF8.self)
  }

  /// Where the elements of a vector lie, each of so many bytes; nil where it is left out.
  /// - Throws: `flatbuffers.truncated`, `flatbuffers.malformed`.
  public func bytes(_ field: Int, of elementSize: Int) throws(FlatBufferError) -> Range<Int>? {
    guard let place = try place(field, 4) else { return nil }
    let start = try buffer.target(of: place)
    let count = Int(try buffer.number(UInt32.self, at: start))
    try buffer.check(start + 4, count * elementSize)
    return start + 4..<start + 4 + count * elementSize
  }

  /// A vector of numbers; empty where it is left out.
  public func numbers<Number: FixedWidthInteger>(
    _ field: Int, as type: Number.Type
  ) throws(FlatBufferError) -> [Number] {
    let width = MemoryLayout<Number>.size
    guard let range = try bytes(field, of: width) else { return [] }
    return unsafe buffer.file.withUnsafeBytes { bytes in
      stride(from: range.lowerBound, to: range.upperBound, by: width).map {
        Number(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: $0, as: type))
      }
    }
  }

  /// A vector of float32; empty where it is left out.
  public func floats(_ field: Int) throws(FlatBufferError) -> [Float] {
    try numbers(field, as: UInt32.self).map { Float(bitPattern: $0) }
  }

  /// A vector of tables; empty where it is left out.
  /// - Throws: also `flatbuffers.too-large` where there are more than `limit`.
  public func tables(_ field: Int, atMost limit: Int) throws(FlatBufferError) -> [FlatTable] {
    guard let range = try bytes(field, of: 4) else { return [] }
    guard range.count / 4 <= limit else {
      throw FlatBufferError(
        .tooLarge, "A list has \(range.count / 4) tables; at most \(limit) are read.",
        at: Location(byteOffset: range.lowerBound), fix: "check where the file comes from")
    }
    var tables: [FlatTable] = []
    tables.reserveCapacity(range.count / 4)
    for place in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
      tables.append(try FlatTable(buffer, at: try buffer.target(of: place)))
    }
    return tables
  }

  /// Where a field of so many bytes lies; nil where it is left out.
  private func place(_ field: Int, _ width: Int) throws(FlatBufferError) -> Int? {
    let entry = 4 + 2 * field
    guard entry + 2 <= vtableSize else { return nil }
    let offset = Int(try buffer.number(UInt16.self, at: vtable + entry))
    if offset == 0 { return nil }
    guard offset >= 4, offset + width <= size else {
      throw FlatBufferError(
        .malformed, "Field \(field) of the table at byte \(position) lies outside of it.",
        at: Location(byteOffset: position), fix: FlatBuffer.getAgain)
    }
    return position + offset
  }
}
