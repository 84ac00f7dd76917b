import SpikeBytes
import SpikeDiagnostics
import Testing

@Suite("State as bytes")
struct BinaryArchiveTests {
  enum Colour: String, Codable { case red, green }
  indirect enum Shape: Codable, Equatable {
    case point
    case circle(radius: Float)
    case pair(Shape, Shape)
  }
  struct Inner: Codable, Equatable {
    var floats: [Float]
    var rows: [[Float]]
    var range: Range<Int>
    var names: [String: Int]
  }
  struct Outer: Codable, Equatable {
    var inner: Inner
    var nothing: Int?
    var something: Double?
    var colour: Colour
    var colours: [Colour: [UInt8]]
    var shapes: [Shape]
    var integers: [Int]
    var doubles: [Double]
    var small: Int8
    var large: UInt64
    var flag: Bool
    var texts: [String?]
    var empty: [Int32]
  }

  static func value(_ seed: UInt64) -> Outer {
    var random = SplitMix64(seed: seed)
    func floats() -> [Float] {
      (0..<random.integer(below: 40)).map { _ in Float(random.normal()) }
    }
    return Outer(
      inner: Inner(
        floats: floats(), rows: (0..<random.integer(below: 4)).map { _ in floats() },
        range: 3..<random.integer(below: 90) + 3, names: ["é": -1, "": Int.min]),
      nothing: seed % 2 == 0 ? nil : 7, something: -0.0, colour: .green,
      colours: [.red: [1, 2], .green: []],
      shapes: [
        .point, .circle(radius: .greatestFiniteMagnitude), .pair(.point, .circle(radius: 1)),
      ],
      integers: [Int.max, .min], doubles: [0.1, -.infinity], small: -128, large: .max,
      flag: seed % 3 == 0, texts: ["a", nil, "\u{1F40D}"], empty: [])
  }

  @Test("A value is itself again", arguments: 0..<20)
  func roundTrip(seed: UInt64) throws {
    let value = Self.value(seed)
    #expect(try BinaryArchive.decode(Outer.self, from: BinaryArchive.encode(value)) == value)
  }

  @Test("Floats keep their bits, those of NaN too")
  func bits() throws {
    let patterns: [UInt32] = [0x7FC0_0001, 0x8000_0000, 1, 0xFF80_0000]
    let values = patterns.map { Float(bitPattern: $0) }
    let again = try BinaryArchive.decode([Float].self, from: BinaryArchive.encode(values))
    #expect(again.map(\.bitPattern) == patterns)
    let single = try BinaryArchive.decode(
      [String: Float].self, from: BinaryArchive.encode(["x": values[0]]))
    #expect(single["x"]?.bitPattern == patterns[0])
  }

  @Test("Numbers are stored as their memory")
  func size() {
    let bytes = BinaryArchive.encode([Float](repeating: 1, count: 10_000))
    #expect(bytes.count < 40_000 + 16)
  }

  @Test("Values of another type are refused")
  func types() {
    let bytes = BinaryArchive.encode(Self.value(1))
    #expect(throws: ReadError.self) { try BinaryArchive.decode([Float].self, from: bytes) }
    #expect(throws: ReadError.self) { try BinaryArchive.decode(Inner.self, from: bytes) }
    #expect(throws: ReadError.self) {
      try BinaryArchive.decode([Float].self, from: BinaryArchive.encode([1.0, 2.0]))
    }
    #expect(throws: ReadError.self) {
      try BinaryArchive.decode(UInt8.self, from: BinaryArchive.encode(300))
    }
  }

  @Test("Damaged bytes end in an error or in a value, never in a trap", arguments: 0..<300)
  func damage(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var bytes = BinaryArchive.encode(Self.value(seed))
    if seed % 3 == 0 {
      bytes = Array(bytes.prefix(random.integer(below: bytes.count)))
      #expect(throws: ReadError.self) { try BinaryArchive.decode(Outer.self, from: bytes) }
    } else {
      for _ in 0..<3 {
        bytes[random.integer(below: bytes.count)] = UInt8(random.integer(below: 256))
      }
      do throws(ReadError) {
        _ = try BinaryArchive.decode(Outer.self, from: bytes)
      } catch {
        #expect(!error.message.isEmpty)
      }
    }
  }

  @Test("Lists inside lists without end are refused")
  func depth() {
    #expect(throws: ReadError.self) {
      try BinaryArchive.decode([Int].self, from: [UInt8](repeating: 9, count: 0) + nested())
    }
  }

  /// A list of one list of one list …
  private func nested() -> [UInt8] { (0..<100_000).flatMap { _ in [UInt8(9), 1] } }
}
