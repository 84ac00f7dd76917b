/// Reads a value from its tree.
struct ArchiveDecoder: Decoder {
  let value: ArchiveValue
  let codingPath: [any CodingKey]
  let known: [CodingUserInfoKey: any Sendable]
  var userInfo: [CodingUserInfoKey: Any] { known }

  init(
    _ value: ArchiveValue, _ path: [any CodingKey], _ known: [CodingUserInfoKey: any Sendable]
  ) {
    self.value = value
    codingPath = path
    self.known = known
  }

  var isNull: Bool { if case .null = value { true } else { false } }

  func unbox<Value: Decodable>(_ type: Value.Type) throws -> Value {
    guard PackedArray.kind(of: type) != nil else { return try Value(from: self) }
    guard case .packed(let array) = value, let found = array.array(as: type) else {
      throw wrong(type)
    }
    return found
  }

  func primitive<Value>(_ type: Value.Type) throws -> Value {
    let found: Value? =
      switch value {
      case .bool(let value): value as? Value
      case .text(let value): value as? Value
      case .double(let value): value as? Value
      case .float(let value): value as? Value
      default: nil
      }
    guard let found else { throw wrong(type) }
    return found
  }

  func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
    let found: Value? =
      switch value {
      case .integer(let value): Value(exactly: value)
      case .natural(let value): Value(exactly: value)
      default: nil
      }
    guard let found else { throw wrong(type) }
    return found
  }

  func wrong<Value>(_ type: Value.Type) -> DecodingError {
    DecodingError.typeMismatch(
      type, DecodingError.Context(codingPath: codingPath, debugDescription: "another kind of value")
    )
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .record(let fields) = value else { throw wrong([String: Int].self) }
    let named = Dictionary(fields.map { ($0.name, $0.value) }) { first, _ in first }
    return KeyedDecodingContainer(KeyedArchiveDecoder<Key>(decoder: self, fields: named))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    // A record without fields is how an encoder that was asked for nothing leaves a place.
    if case .record(let fields) = value, fields.isEmpty {
      return ListArchiveDecoder(decoder: self, values: [])
    }
    guard case .list(let values) = value else { throw wrong([Int].self) }
    return ListArchiveDecoder(decoder: self, values: values)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    SingleArchiveDecoder(decoder: self)
  }
}

private struct KeyedArchiveDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let decoder: ArchiveDecoder
  let fields: [String: ArchiveValue]
  var codingPath: [any CodingKey] { decoder.codingPath }
  var allKeys: [Key] { fields.keys.sorted().compactMap { Key(stringValue: $0) } }

  func contains(_ key: Key) -> Bool { fields[key.stringValue] != nil }

  private func at(_ key: any CodingKey) throws -> ArchiveDecoder {
    guard let value = fields[key.stringValue] else {
      throw DecodingError.keyNotFound(
        key, DecodingError.Context(codingPath: codingPath, debugDescription: "nothing there"))
    }
    return ArchiveDecoder(value, codingPath + [key], decoder.known)
  }

  func decodeNil(forKey key: Key) throws -> Bool { try at(key).isNull }
  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try at(key).primitive(type) }
  func decode(_ type: String.Type, forKey key: Key) throws -> String { try at(key).primitive(type) }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try at(key).primitive(type) }
  func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try at(key).primitive(type) }
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try at(key).integer(type) }
  func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try at(key).integer(type) }
  func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try at(key).integer(type) }
  func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try at(key).integer(type) }
  func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try at(key).integer(type) }
  func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try at(key).integer(type) }
  func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try at(key).integer(type) }
  func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try at(key).integer(type) }
  func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try at(key).integer(type) }
  func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try at(key).integer(type) }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try at(key).unbox(type)
  }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> { try at(key).container(keyedBy: type) }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try at(key).unkeyedContainer()
  }
  func superDecoder() throws -> any Decoder { try at(ArchiveKey("super")) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try at(key) }
}

private struct ListArchiveDecoder: UnkeyedDecodingContainer {
  let decoder: ArchiveDecoder
  let values: [ArchiveValue]
  private(set) var currentIndex = 0
  var codingPath: [any CodingKey] { decoder.codingPath }
  var count: Int? { values.count }
  var isAtEnd: Bool { currentIndex >= values.count }

  init(decoder: ArchiveDecoder, values: [ArchiveValue]) {
    self.decoder = decoder
    self.values = values
  }

  private mutating func next() throws -> ArchiveDecoder {
    guard currentIndex < values.count else {
      throw DecodingError.valueNotFound(
        Int.self, DecodingError.Context(codingPath: codingPath, debugDescription: "too few values"))
    }
    defer { currentIndex += 1 }
    return ArchiveDecoder(
      values[currentIndex], codingPath + [ArchiveKey("\(currentIndex)")], decoder.known)
  }

  mutating func decodeNil() throws -> Bool {
    guard currentIndex < values.count, case .null = values[currentIndex] else { return false }
    currentIndex += 1
    return true
  }
  mutating func decode(_ type: Bool.Type) throws -> Bool { try next().primitive(type) }
  mutating func decode(_ type: String.Type) throws -> String { try next().primitive(type) }
  mutating func decode(_ type: Double.Type) throws -> Double { try next().primitive(type) }
  mutating func decode(_ type: Float.Type) throws -> Float { try next().primitive(type) }
  mutating func decode(_ type: Int.Type) throws -> Int { try next().integer(type) }
  mutating func decode(_ type: Int8.Type) throws -> Int8 { try next().integer(type) }
  mutating func decode(_ type: Int16.Type) throws -> Int16 { try next().integer(type) }
  mutating func decode(_ type: Int32.Type) throws -> Int32 { try next().integer(type) }
  mutating func decode(_ type: Int64.Type) throws -> Int64 { try next().integer(type) }
  mutating func decode(_ type: UInt.Type) throws -> UInt { try next().integer(type) }
  mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try next().integer(type) }
  mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try next().integer(type) }
  mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try next().integer(type) }
  mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try next().integer(type) }
  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try next().unbox(type)
  }
  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> { try next().container(keyedBy: type) }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try next().unkeyedContainer()
  }
  mutating func superDecoder() throws -> any Decoder { try next() }
}

private struct SingleArchiveDecoder: SingleValueDecodingContainer {
  let decoder: ArchiveDecoder
  var codingPath: [any CodingKey] { decoder.codingPath }

  func decodeNil() -> Bool { decoder.isNull }
  func decode(_ type: Bool.Type) throws -> Bool { try decoder.primitive(type) }
  func decode(_ type: String.Type) throws -> String { try decoder.primitive(type) }
  func decode(_ type: Double.Type) throws -> Double { try decoder.primitive(type) }
  func decode(_ type: Float.Type) throws -> Float { try decoder.primitive(type) }
  func decode(_ type: Int.Type) throws -> Int { try decoder.integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try decoder.integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try decoder.integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try decoder.integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try decoder.integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try decoder.integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try decoder.integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try decoder.integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try decoder.integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try decoder.integer(type) }
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decoder.unbox(type) }
}
