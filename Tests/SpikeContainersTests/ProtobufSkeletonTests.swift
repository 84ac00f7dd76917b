import Foundation
import SpikeBytes
import SpikeContainers
import SpikeDiagnostics
import Testing

@Suite("The skeleton of a protobuf file")
struct ProtobufSkeletonTests {
  /// Message 0 holds messages 1 in field 1 (any number) and 2 (once); message 1 has a payload in
  /// field 3. Fields 4 and 5 of message 0 are marked and dropped.
  static let plan = ProtobufPlan(
    rules: [
      .init(0, 1, .descend(into: 1, once: false)), .init(0, 2, .descend(into: 1, once: true)),
      .init(0, 4, .mark), .init(0, 5, .drop), .init(1, 3, .payload),
    ],
    payloadField: 1001, payloadMinimum: 8)

  private func varint(_ value: Int) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
  }

  private func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(content.count) + content
  }

  /// A length in five bytes, as the scanner writes it.
  private func message(_ number: Int, _ content: [UInt8]) -> [UInt8] {
    let length = (0..<5).map { index in
      UInt8(truncatingIfNeeded: content.count >> (7 * index)) & 0x7F | (index < 4 ? 0x80 : 0)
    }
    return varint(number << 3 | 2) + length + content
  }

  private func scan(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> [UInt8] {
    let path = FileManager.default.temporaryDirectory.appending(
      path: "sfconv-\(UUID().uuidString)")
    try Data(bytes).write(to: path)
    defer { try? FileManager.default.removeItem(at: path) }
    let file = try MappedFile(path: path.path)
    let skeleton = try ProtobufSkeleton(of: file, plan: ProtobufSkeletonTests.plan, limit: limit)
    let copy = unsafe skeleton.withUnpackable(limit: 0) { _, bytes, count in
      unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    }
    #expect(copy.count == skeleton.count)
    return copy
  }

  private func code(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> ProtobufError? {
    do {
      _ = try scan(bytes, limit: limit)
      return nil
    } catch let error as ProtobufError {
      return error
    }
  }

  @Test("keeps fields without a rule as they are")
  func copies() throws {
    let bytes =
      [0x38, 0x96, 0x01] + field(8, [1, 2, 3]) + [0x4D, 1, 2, 3, 4] + field(70, [9])
      + [0x51, 1, 2, 3, 4, 5, 6, 7, 8]
    #expect(try scan(bytes) == bytes)
    #expect(try scan([]) == [])
  }

  @Test("names the place of a long payload and copies a short one")
  func payloads() throws {
    let long = [UInt8](1...20)
    let short = field(3, [7, 7])
    let bytes = field(1, field(9, [5]) + field(3, long) + short)
    // Tag and length of the outer message, the field before, tag and length of the payload.
    let offset = 2 + 3 + 2
    let place = field(1001, [0x08, 3, 0x10, UInt8(offset), 0x18, 20])
    #expect(try scan(bytes) == message(1, field(9, [5]) + place + short))
  }

  @Test("keeps the presence of a marked field and nothing of a dropped one")
  func marks() throws {
    #expect(try scan(field(4, [1, 2, 3]) + field(5, [4, 5]) + [0x28, 7]) == field(4, []))
  }

  @Test("leaves out a field that would look like a place of its own")
  func forged() throws {
    #expect(try scan(field(1001, [0x08, 3, 0x10, 0, 0x18, 99]) + field(1, [])) == message(1, []))
  }

  @Test("refuses a field that occurs twice where it may occur once")
  func twice() throws {
    let error = try #require(try code(field(2, []) + field(1, []) + field(1, []) + field(2, [])))
    #expect(error.code == .repeated)
    #expect(error.location.byteOffset == 6)
  }

  @Test("says where a cut file ends and what is missing")
  func truncated() throws {
    let whole = field(8, [1]) + field(1, field(3, [UInt8](repeating: 0, count: 300)))
    for length in 1..<whole.count where length != 3 {
      let error = try #require(try code(Array(whole.prefix(length))), "cut at \(length)")
      #expect(error.code == .truncated)
      #expect(error.location.byteOffset == (length < 3 ? 0 : 3))
      #expect(error.message.contains("ends at byte \(length)"))
    }
  }

  @Test(
    "refuses what is no protobuf message",
    arguments: [
      [0x00], [0x07], [0x03, 0x04], [0x0B], [0x0F, 1],
      [0x0A, 0x02, 0x1A, 0x05, 0, 0, 0, 0, 0],  // the inner field overhangs its message
      [0x0A, 0x01, 0x80, 0x01],  // a varint that its message cuts
      [UInt8](repeating: 0xFF, count: 11), [0x38] + [UInt8](repeating: 0xFF, count: 10),
    ] as [[UInt8]])
  func malformed(_ bytes: [UInt8]) throws {
    #expect(try code(bytes)?.code == .malformed)
  }

  @Test("stops at its limit")
  func tooLarge() throws {
    let bytes = field(8, [UInt8](repeating: 1, count: 100))
    #expect(try code(bytes, limit: bytes.count) == nil)
    #expect(try code(bytes, limit: bytes.count - 1)?.code == .tooLarge)
  }

  @Test("reads packed varints exactly, and refuses broken or miscounted ones")
  func varints() throws {
    let folder = FileManager.default.temporaryDirectory
    let path = folder.appending(path: "sfconv-\(UUID().uuidString)")
    let minusOne = [UInt8](repeating: 0xFF, count: 9) + [0x01]
    let bytes: [UInt8] = [0x00, 0x7F, 0x80, 0x01, 0xAC, 0x02] + minusOne
    try Data(bytes + [0x80]).write(to: path)
    defer { try? FileManager.default.removeItem(at: path) }
    let file = try MappedFile(path: path.path)
    #expect(
      PackedNumbers.varints(in: file, range: 0..<bytes.count, count: 5) == [0, 127, 128, 300, -1])
    #expect(PackedNumbers.varints(in: file, range: 0..<bytes.count, count: 4) == nil)
    #expect(PackedNumbers.varints(in: file, range: 0..<bytes.count, count: 6) == nil)
    #expect(PackedNumbers.varints(in: file, range: 0..<bytes.count + 1, count: 5) == nil)
    #expect(PackedNumbers.varints(in: file, range: 3..<3, count: 0) == [])
  }

  @Test("counts NaN and infinity in every float type, unaligned")
  func notFinite() throws {
    func bytes<Value: FixedWidthInteger>(_ values: [Value]) -> [UInt8] {
      values.flatMap { value in
        (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      }
    }
    let floats: [Float] = [1, .nan, -.infinity, .greatestFiniteMagnitude, 0, .infinity]
    let kinds: [(PackedNumbers.FloatKind, [UInt8])] = [
      (.float32, bytes(floats.map(\.bitPattern))),
      (.float64, bytes(floats.map { Double($0).bitPattern })),
      (.bfloat16, bytes([0x3F80, 0x7FC0, 0xFF80, 0x7F7F, 0, 0x7F80] as [UInt16])),
      (.float16, bytes([0x3C00, 0x7E00, 0xFC00, 0x7BFF, 0, 0x7C00] as [UInt16])),
    ]
    for (kind, content) in kinds {
      let path = FileManager.default.temporaryDirectory.appending(
        path: "sfconv-\(UUID().uuidString)")
      try Data([0x55] + content).write(to: path)
      defer { try? FileManager.default.removeItem(at: path) }
      let file = try MappedFile(path: path.path)
      #expect(PackedNumbers.nonFiniteCount(in: file, at: 1, count: 6, kind: kind) == 3)
      #expect(PackedNumbers.nonFiniteCount(in: file, at: 1, count: 0, kind: kind) == 0)
    }
  }
}
