import SpikeDiagnostics

/// A value on its way to bytes or back.
enum ArchiveValue: Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case natural(UInt64)
  case double(Double)
  case float(Float)
  case text(String)
  case packed(PackedArray)
  case list([ArchiveValue])
  case record([Field])

  struct Field: Sendable {
    var name: String
    var value: ArchiveValue
  }

  /// Lists and records inside each other.
  private static let largestDepth = 128

  private enum Tag: UInt8 {
    case null, no, yes, integer, natural, double, float, text, packed, list, record
  }

  func write(to writer: inout ByteWriter) {
    func tag(_ tag: Tag) { writer.append(tag.rawValue) }
    switch self {
    case .null: tag(.null)
    case .bool(let value): tag(value ? .yes : .no)
    case .integer(let value):
      tag(.integer)
      writer.append(value)
    case .natural(let value):
      tag(.natural)
      writer.append(value)
    case .double(let value):
      tag(.double)
      writer.append(value.bitPattern)
    case .float(let value):
      tag(.float)
      writer.append(value)
    case .text(let value):
      tag(.text)
      ArchiveValue.write(value, to: &writer)
    case .packed(let array):
      tag(.packed)
      writer.append(array.kind.rawValue)
      writer.append(varint: UInt64(array.bytes.count))
      writer.append(array.bytes)
    case .list(let values):
      tag(.list)
      writer.append(varint: UInt64(values.count))
      for value in values { value.write(to: &writer) }
    case .record(let fields):
      tag(.record)
      writer.append(varint: UInt64(fields.count))
      for field in fields {
        ArchiveValue.write(field.name, to: &writer)
        field.value.write(to: &writer)
      }
    }
  }

  private static func write(_ text: String, to writer: inout ByteWriter) {
    writer.append(varint: UInt64(text.utf8.count))
    writer.append(Array(text.utf8))
  }

  /// Reads one value; every count is checked against the bytes that are left.
  init(_ reader: inout ByteReader, depth: Int) throws(ReadError) {
    guard depth < ArchiveValue.largestDepth, let tag = Tag(rawValue: try reader.read(UInt8.self))
    else { throw BinaryArchive.mismatch("an unknown tag or too deep a nesting") }
    switch tag {
    case .null: self = .null
    case .no: self = .bool(false)
    case .yes: self = .bool(true)
    case .integer: self = .integer(try reader.read(Int64.self))
    case .natural: self = .natural(try reader.read(UInt64.self))
    case .double: self = .double(Double(bitPattern: try reader.read(UInt64.self)))
    case .float: self = .float(try reader.readFloat())
    case .text: self = .text(try ArchiveValue.text(&reader))
    case .packed:
      guard let kind = PackedArray.Kind(rawValue: try reader.read(UInt8.self)) else {
        throw BinaryArchive.mismatch("an unknown kind of numbers")
      }
      let count = try ArchiveValue.count(&reader)
      guard count % kind.stride == 0 else { throw BinaryArchive.mismatch("half a number") }
      self = .packed(PackedArray(kind: kind, bytes: try reader.read(count: count)))
    case .list:
      var values: [ArchiveValue] = []
      for _ in 0..<(try ArchiveValue.count(&reader)) {
        values.append(try ArchiveValue(&reader, depth: depth + 1))
      }
      self = .list(values)
    case .record:
      var fields: [Field] = []
      for _ in 0..<(try ArchiveValue.count(&reader)) {
        let name = try ArchiveValue.text(&reader)
        fields.append(Field(name: name, value: try ArchiveValue(&reader, depth: depth + 1)))
      }
      self = .record(fields)
    }
  }

  /// A count of things of at least one byte each.
  private static func count(_ reader: inout ByteReader) throws(ReadError) -> Int {
    let count = try reader.readVarint()
    guard count <= UInt64(reader.remaining) else {
      throw BinaryArchive.mismatch("\(count) elements in \(reader.remaining) bytes")
    }
    return Int(count)
  }

  private static func text(_ reader: inout ByteReader) throws(ReadError) -> String {
    let bytes = try reader.read(count: count(&reader))
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw BinaryArchive.mismatch("a name that is no UTF-8")
    }
    return text
  }
}
