import Foundation
import SpikeBytes
import SpikeContainers
import SpikeDiagnostics
import SpikeTestSupport
import Testing

@Suite("Safetensors files")
struct SafetensorsTests {
  /// A file from the text of its header and the bytes behind it.
  private static func file(_ header: String, _ data: Int, length: UInt64? = nil) -> [UInt8] {
    let claimed = length ?? UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: claimed >> (8 * UInt64($0))) }
      + Array(header.utf8) + (0..<data).map { UInt8(truncatingIfNeeded: $0) }
  }

  private func read(_ bytes: [UInt8]) throws -> SafetensorsFile {
    let url = FileManager.default.temporaryDirectory.appending(
      path: "sfconv-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try Data(bytes).write(to: url)
    // The mapping outlives the name of the file.
    return try SafetensorsFile(MappedFile(path: url.path))
  }

  @Test("tensors are found by name, type, shape and place, whatever the order of the header")
  func wellFormed() throws {
    let header = """
      {"b":{"shape":[2,3],"dtype":"F32","data_offsets":[2, 26]}, "__metadata__":{"format":"pt"},
       "\\u00e9\\ud83d\\ude00\\n" : {"dtype":"BF16","shape":[],"data_offsets":[0,2]},
       "none":{"dtype":"I64","shape":[0,7],"data_offsets":[26,26]}}  \

      """
    let bytes = Self.file(header, 26)
    let start = bytes.count - 26
    let found = try read(bytes)
    #expect(found.entries.map(\.name) == ["é😀\n", "b", "none"])
    #expect(found.entries.map(\.element) == [.bfloat16, .float32, .int64])
    #expect(found.entries.map(\.shape) == [[], [2, 3], [0, 7]])
    #expect(found.entries[1].range == start + 2..<start + 26)
    #expect(try read(Self.file("{}", 0)).entries.isEmpty)
  }

  @Test("every element type has its size", arguments: SafetensorsFile.Element.allCases)
  func sizes(_ element: SafetensorsFile.Element) throws {
    let size = element.byteCount
    func header(_ bytes: Int) -> String {
      #"{"t":{"dtype":"\#(element.rawValue)","shape":[3],"data_offsets":[0,\#(bytes)]}}"#
    }
    #expect(try read(Self.file(header(3 * size), 3 * size)).entries[0].element == element)
    let error = #expect(throws: SafetensorsError.self) {
      _ = try read(Self.file(header(3 * size + 1), 3 * size + 1))
    }
    #expect(error?.code == .sizeMismatch)
    #expect(error?.location.tensor == "t")
  }

  static let f32 = #""dtype":"F32","shape":[1]"#
  static let hostile: [(String, [UInt8], SafetensorsErrorCode)] = [
    ("empty", [], .truncated),
    ("seven bytes", [2, 0, 0, 0, 0, 0, 0], .truncated),
    ("header past the end", file("{}", 0, length: 3), .truncated),
    ("header of 2^64 - 1 bytes", file("{}", 0, length: .max), .headerTooLarge),
    ("header one byte above the limit", file("{}", 0, length: 100_000_001), .headerTooLarge),
    ("no header", file("", 4), .badHeader),
    ("a list", file("[]", 0), .badHeader),
    ("space in front", file(" {}", 0), .badHeader),
    ("not closed", file(#"{"a":{\#(f32),"data_offsets":[0,4]}"#, 4), .badHeader),
    ("text behind", file("{}x", 0), .badHeader),
    ("trailing comma", file(#"{"a":{\#(f32),"data_offsets":[0,4]},}"#, 4), .badHeader),
    ("deep lists", file("{\"a\":" + String(repeating: "[", count: 200_000), 0), .badHeader),
    ("deep objects", file(String(repeating: "{\"a\":", count: 200_000), 0), .badHeader),
    ("nested shape", file(#"{"a":{"dtype":"F32","shape":[[1]]}}"#, 4), .badHeader),
    ("negative size", file(#"{"a":{"dtype":"F32","shape":[-1]}}"#, 4), .badHeader),
    ("fraction", file(#"{"a":{"dtype":"F32","shape":[1.0]}}"#, 4), .badHeader),
    ("leading zero", file(#"{"a":{"dtype":"F32","shape":[01]}}"#, 4), .badHeader),
    ("no offsets", file(#"{"a":{\#(f32)}}"#, 4), .badHeader),
    ("one offset", file(#"{"a":{\#(f32),"data_offsets":[4]}}"#, 4), .badHeader),
    ("three offsets", file(#"{"a":{\#(f32),"data_offsets":[0,4,4]}}"#, 4), .badHeader),
    ("unknown field", file(#"{"a":{\#(f32),"data_offsets":[0,4],"x":1}}"#, 4), .badHeader),
    ("metadata with numbers", file(#"{"__metadata__":{"a":1}}"#, 0), .badHeader),
    ("half a surrogate", file(#"{"\ud800":{\#(f32),"data_offsets":[0,4]}}"#, 4), .badHeader),
    ("unknown escape", file(#"{"\x41":{\#(f32),"data_offsets":[0,4]}}"#, 4), .badHeader),
    (
      "33 axes",
      file(
        #"{"a":{"dtype":"U8","shape":[\#([String](repeating: "1", count: 33).joined(separator: ","))],"#
          + #""data_offsets":[0,1]}}"#, 1), .badHeader
    ),
    (
      "a name twice",
      file(#"{"a":{\#(f32),"data_offsets":[0,4]},"a":{\#(f32),"data_offsets":[4,8]}}"#, 8),
      .duplicateName
    ),
    (
      "a name twice, once escaped",
      file(#"{"a":{\#(f32),"data_offsets":[0,4]},"\u0061":{\#(f32),"data_offsets":[4,8]}}"#, 8),
      .duplicateName
    ),
    ("a field twice", file(#"{"a":{\#(f32),"dtype":"F32"}}"#, 4), .duplicateName),
    ("metadata twice", file(#"{"__metadata__":{},"__metadata__":{}}"#, 0), .duplicateName),
    (
      "complex numbers", file(#"{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}"#, 8),
      .unsupportedType
    ),
    (
      "lower case type", file(#"{"a":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}"#, 4),
      .unsupportedType
    ),
    (
      "size beyond 63 bits", file(#"{"a":{"dtype":"F32","shape":[9223372036854775808]}}"#, 4),
      .shapeOverflow
    ),
    (
      "product beyond 64 bits",
      file(
        #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, 0),
      .shapeOverflow
    ),
    (
      "overflow hidden by a zero",
      file(
        #"{"a":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}"#, 0),
      .shapeOverflow
    ),
    ("past the end", file(#"{"a":{\#(f32),"data_offsets":[4,8]}}"#, 4), .badOffsets),
    (
      "far past the end",
      file(#"{"a":{\#(f32),"data_offsets":[9223372036854775803,9223372036854775807]}}"#, 4),
      .badOffsets
    ),
    ("backwards", file(#"{"a":{\#(f32),"data_offsets":[4,0]}}"#, 4), .badOffsets),
    ("too few bytes", file(#"{"a":{\#(f32),"data_offsets":[0,3]}}"#, 3), .sizeMismatch),
    (
      "the same bytes twice",
      file(#"{"a":{\#(f32),"data_offsets":[0,4]},"b":{\#(f32),"data_offsets":[0,4]}}"#, 4), .overlap
    ),
    (
      "overlapping by one byte",
      file(#"{"a":{\#(f32),"data_offsets":[0,4]},"b":{\#(f32),"data_offsets":[3,7]}}"#, 7), .overlap
    ),
    ("hole in front", file(#"{"a":{\#(f32),"data_offsets":[1,5]}}"#, 5), .hole),
    (
      "hole between",
      file(#"{"a":{\#(f32),"data_offsets":[0,4]},"b":{\#(f32),"data_offsets":[5,9]}}"#, 9), .hole
    ),
    ("hole at the end", file(#"{"a":{\#(f32),"data_offsets":[0,4]}}"#, 5), .hole),
    ("data without tensors", file("{}", 1), .hole),
  ]

  @Test("a bad file is refused with its code, its name and a remedy")
  func refused() throws {
    for (name, bytes, code) in Self.hostile {
      let error = #expect(throws: SafetensorsError.self, "\(name)") { _ = try read(bytes) }
      #expect(error?.code == code, "\(name): \(error?.description ?? "")")
      #expect(error?.fix != nil, "\(name)")
      #expect(error?.location.file != nil, "\(name)")
    }
  }

  @Test("every error code has a bad file")
  func codes() {
    #expect(Set(Self.hostile.map(\.2)) == Set(SafetensorsErrorCode.allCases))
  }

  @Test("two thousand mutations end in an error or in tensors that lie in the file")
  func mutations() throws {
    let original = Array(
      try Data(contentsOf: URL(filePath: FixtureLocation.path("weights/weights.safetensors"))))
    #expect(try read(original).entries.count == 8)
    // Most of the draws hit the header, where all the decisions are.
    let header = 8 + Int(original[0]) + Int(original[1]) << 8
    var random = SplitMix64(seed: 0x5AFE)
    func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    for round in 0..<2_000 {
      var bytes = original
      for _ in 0...below(3) {
        let place = below(below(8) == 0 ? bytes.count : min(bytes.count, header))
        switch below(5) {
        case 0: bytes[place] ^= 1 << UInt8(below(8))
        case 1: bytes[place] = Array("{}[]\",:09\\\u{0}".utf8)[below(11)]
        case 2: bytes.remove(at: place)
        case 3: bytes.insert(UInt8(below(256)), at: place)
        default: bytes.removeLast(below(bytes.count / 2))
        }
      }
      do {
        for entry in try read(bytes).entries {
          #expect(entry.range.upperBound <= bytes.count, "seed 0x5AFE, round \(round)")
        }
      } catch let error as SafetensorsError {
        #expect(!error.message.isEmpty)
      }
    }
  }
}
