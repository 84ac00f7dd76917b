/// A place in the tree that an encoder builds; filled once.
final class ArchiveSlot {
  private enum Content {
    case value(ArchiveValue)
    case list([ArchiveSlot])
    case record([(name: String, slot: ArchiveSlot)])
  }
  private var content = Content.record([])

  init() {}
  init(_ value: ArchiveValue) { content = .value(value) }

  var value: ArchiveValue {
    switch content {
    case .value(let value): value
    case .list(let slots): .list(slots.map(\.value))
    case .record(let fields):
      .record(fields.map { ArchiveValue.Field(name: $0.name, value: $0.slot.value) })
    }
  }

  var count: Int { if case .list(let slots) = content { slots.count } else { 0 } }

  func set(_ value: ArchiveValue) { content = .value(value) }
  func become(like other: ArchiveSlot) { content = other.content }
  func becomeList() { if case .list = content {} else { content = .list([]) } }

  func append(_ slot: ArchiveSlot) {
    guard case .list(var slots) = content else { return }
    content = .list([])
    slots.append(slot)
    content = .list(slots)
  }

  func append(_ slot: ArchiveSlot, named name: String) {
    guard case .record(var fields) = content else { return }
    content = .record([])
    fields.append((name, slot))
    content = .record(fields)
  }
}

/// Builds the tree of a value.
struct ArchiveEncoder: Encoder {
  let slot: ArchiveSlot
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  static func box(_ value: some Encodable, _ path: [any CodingKey] = []) throws -> ArchiveSlot {
    if let packed = PackedArray(value) { return ArchiveSlot(.packed(packed)) }
    let slot = ArchiveSlot()
    try value.encode(to: ArchiveEncoder(slot: slot, codingPath: path))
    return slot
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(KeyedArchiveEncoder<Key>(slot: slot, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    slot.becomeList()
    return ListArchiveEncoder(slot: slot, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    SingleArchiveEncoder(slot: slot, codingPath: codingPath)
  }
}

private struct KeyedArchiveEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let slot: ArchiveSlot
  let codingPath: [any CodingKey]

  private func put(_ value: ArchiveValue, _ key: Key) {
    slot.append(ArchiveSlot(value), named: key.stringValue)
  }
  private func child(_ key: any CodingKey) -> ArchiveEncoder {
    let child = ArchiveSlot()
    slot.append(child, named: key.stringValue)
    return ArchiveEncoder(slot: child, codingPath: codingPath + [key])
  }

  mutating func encodeNil(forKey key: Key) { put(.null, key) }
  mutating func encode(_ value: Bool, forKey key: Key) { put(.bool(value), key) }
  mutating func encode(_ value: String, forKey key: Key) { put(.text(value), key) }
  mutating func encode(_ value: Double, forKey key: Key) { put(.double(value), key) }
  mutating func encode(_ value: Float, forKey key: Key) { put(.float(value), key) }
  mutating func encode(_ value: Int, forKey key: Key) { put(.integer(Int64(value)), key) }
  mutating func encode(_ value: Int8, forKey key: Key) { put(.integer(Int64(value)), key) }
  mutating func encode(_ value: Int16, forKey key: Key) { put(.integer(Int64(value)), key) }
  mutating func encode(_ value: Int32, forKey key: Key) { put(.integer(Int64(value)), key) }
  mutating func encode(_ value: Int64, forKey key: Key) { put(.integer(Int64(value)), key) }
  mutating func encode(_ value: UInt, forKey key: Key) { put(.natural(UInt64(value)), key) }
  mutating func encode(_ value: UInt8, forKey key: Key) { put(.natural(UInt64(value)), key) }
  mutating func encode(_ value: UInt16, forKey key: Key) { put(.natural(UInt64(value)), key) }
  mutating func encode(_ value: UInt32, forKey key: Key) { put(.natural(UInt64(value)), key) }
  mutating func encode(_ value: UInt64, forKey key: Key) { put(.natural(UInt64(value)), key) }
  mutating func encode(_ value: some Encodable, forKey key: Key) throws {
    slot.append(try ArchiveEncoder.box(value, codingPath + [key]), named: key.stringValue)
  }
  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> { child(key).container(keyedBy: type) }
  mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    child(key).unkeyedContainer()
  }
  mutating func superEncoder() -> any Encoder { child(ArchiveKey("super")) }
  mutating func superEncoder(forKey key: Key) -> any Encoder { child(key) }
}

private struct ListArchiveEncoder: UnkeyedEncodingContainer {
  let slot: ArchiveSlot
  let codingPath: [any CodingKey]
  var count: Int { slot.count }

  private func put(_ value: ArchiveValue) { slot.append(ArchiveSlot(value)) }
  private func child() -> ArchiveEncoder {
    let child = ArchiveSlot()
    slot.append(child)
    return ArchiveEncoder(slot: child, codingPath: codingPath)
  }

  mutating func encodeNil() { put(.null) }
  mutating func encode(_ value: Bool) { put(.bool(value)) }
  mutating func encode(_ value: String) { put(.text(value)) }
  mutating func encode(_ value: Double) { put(.double(value)) }
  mutating func encode(_ value: Float) { put(.float(value)) }
  mutating func encode(_ value: Int) { put(.integer(Int64(value))) }
  mutating func encode(_ value: Int8) { put(.integer(Int64(value))) }
  mutating func encode(_ value: Int16) { put(.integer(Int64(value))) }
  mutating func encode(_ value: Int32) { put(.integer(Int64(value))) }
  mutating func encode(_ value: Int64) { put(.integer(Int64(value))) }
  mutating func encode(_ value: UInt) { put(.natural(UInt64(value))) }
  mutating func encode(_ value: UInt8) { put(.natural(UInt64(value))) }
  mutating func encode(_ value: UInt16) { put(.natural(UInt64(value))) }
  mutating func encode(_ value: UInt32) { put(.natural(UInt64(value))) }
  mutating func encode(_ value: UInt64) { put(.natural(UInt64(value))) }
  mutating func encode(_ value: some Encodable) throws {
    slot.append(try ArchiveEncoder.box(value, codingPath))
  }
  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> { child().container(keyedBy: type) }
  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    child().unkeyedContainer()
  }
  mutating func superEncoder() -> any Encoder { child() }
}

private struct SingleArchiveEncoder: SingleValueEncodingContainer {
  let slot: ArchiveSlot
  let codingPath: [any CodingKey]

  mutating func encodeNil() { slot.set(.null) }
  mutating func encode(_ value: Bool) { slot.set(.bool(value)) }
  mutating func encode(_ value: String) { slot.set(.text(value)) }
  mutating func encode(_ value: Double) { slot.set(.double(value)) }
  mutating func encode(_ value: Float) { slot.set(.float(value)) }
  mutating func encode(_ value: Int) { slot.set(.integer(Int64(value))) }
  mutating func encode(_ value: Int8) { slot.set(.integer(Int64(value))) }
  mutating func encode(_ value: Int16) { slot.set(.integer(Int64(value))) }
  mutating func encode(_ value: Int32) { slot.set(.integer(Int64(value))) }
  mutating func encode(_ value: Int64) { slot.set(.integer(Int64(value))) }
  mutating func encode(_ value: UInt) { slot.set(.natural(UInt64(value))) }
  mutating func encode(_ value: UInt8) { slot.set(.natural(UInt64(value))) }
  mutating func encode(_ value: UInt16) { slot.set(.natural(UInt64(value))) }
  mutating func encode(_ value: UInt32) { slot.set(.natural(UInt64(value))) }
  mutating func encode(_ value: UInt64) { slot.set(.natural(UInt64(value))) }
  mutating func encode(_ value: some Encodable) throws {
    slot.become(like: try ArchiveEncoder.box(value, codingPath))
  }
}

/// A name as a key.
struct ArchiveKey: CodingKey {
  let stringValue: String
  var intValue: Int? { Int(stringValue) }

  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { stringValue = "\(intValue)" }
}
